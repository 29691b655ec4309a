"""What `alignmart init` asks of a Qualtrics account: surveys, item codes, who and which unit.

Belongs here: which surveys, items and fields could be meant, and why.
Does not belong here: how questions are put (the pipeline), whether a mapping fits
(`qualtrics_check`), answers (`qualtrics_walk`). Nobody's answer or address is read here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from connectors.contract import Candidate, Choice, Entry, Finding, Interview, Pairing, SourceError
from connectors.field_choices import EMPLOYEE_NUMBER, UNIT, best_alone, likeness, plain, ranked
from connectors.survey.qualtrics_api import Api
from connectors.survey.qualtrics_questions import Item, scale_items
from connectors.survey.qualtrics_settings import STANDARD_PERSON_FIELDS, SurveyMapping, names

CONSTRUCTS: Final[Mapping[str, tuple[str, ...]]] = {
    "los_objectives": ("line of sight objectives", "know the objectives", "company's goals"),
    "los_actions": ("line of sight actions", "my actions", "which actions", "contribute"),
    "goal_clarity": ("goal clarity", "goals are clear", "clear goals"),
    "goal_communication": ("goal communication", "goals are explained", "communicated"),
    "why_understood": ("why understood", "why", "reason", "purpose"),
    "control": ("control", "influence", "autonomy"),
    "resources": ("resources", "time and means", "tools"),
    "ownership": ("ownership", "my goals", "own goals"),
    "participation": ("participation", "involved", "asked for my"),
    "incentive_fit": ("incentive fit", "bonus", "rewarded", "pay"),
    "collaboration": ("collaboration", "cooperation", "other teams", "work together"),
    "customer_focus": ("customer focus", "customer", "customers"),
    "helps_us_decide": ("helps us decide", "decide", "decisions"),
    "survey_trust": ("survey trust", "trust in survey", "results are used"),
    "enps": ("enps", "recommend", "net promoter"),
}
"""What an item may measure, with words that its code or its text then has."""

_MOST_SURVEYS: Final = 40
_PART: Final = re.compile(r"[_\-.]?\d+[a-z]?$")
_UNSURE: Final = ("don't know", "do not know", "dont know", "not applicable", "no answer",
                  "weiss nicht", "keine angabe", "je ne sais pas", "no se", "n a")  # fmt: skip
_NEGATIVE: Final = re.compile(
    r"\b(not|never|hardly|nobody|no one|rarely|cannot|nicht|kaum|jamais)\b", re.I
)
_DATE: Final = re.compile(
    r"\d[\d./-]*(st|nd|rd|th)?|[qhw]\d+|wave|welle|vague|round|spring|summer|autumn|fall|winter"
    r"|(jan|feb|mar|apr|ma[iy]|jun|jul|aug|sep|oct|okt|nov|de[cz])[a-z]*",
    re.I,
)
"""Words that tell the waves of a survey apart."""

Survey = dict[str, Any]


def interview(api: Api) -> Interview:
    """Ask what an account can answer. Raises SourceError."""
    _, me = api.one("/whoami")
    yield Finding("account", "ok", f"{me['userName']} of {me['brandId']}")
    titles = {
        str(one["id"]): str(one["name"]) for _, page in api.listed("/surveys") for one in page
    }
    if not titles:
        raise SourceError(
            f"{api.source}: the account sees no survey: share them with it, with the permission "
            "to view and export responses."
        )
    surveys = yield from _read(api, titles)
    chosen = yield _surveys(titles, surveys)
    read = {
        key: survey
        for key, survey in surveys.items()
        if not chosen or any(names(one, key, titles[key]) for one in chosen)
    }
    yield from _series(titles, read, chosen or [])
    yield from _who(read.values())
    items = {item.code: item for one in read.values() for item in scale_items(one, _NOTHING)}
    yield from _items(items)
    yield from _directory(api)


_NOTHING: Final = SurveyMapping()


def _read(api: Api, titles: Mapping[str, str]) -> Any:
    """The questionnaires, of the first surveys where there are very many."""
    found: dict[str, Survey] = {}
    if len(titles) > _MOST_SURVEYS:
        said = f"the first {_MOST_SURVEYS} of {len(titles)} by name are looked into"
        yield Finding("surveys", "warning", f"{said}; the others are offered by name alone")
    for key in sorted(titles, key=lambda one: titles[one])[:_MOST_SURVEYS]:
        try:
            found[key] = api.one(f"/surveys/{key}")[1]
        except SourceError as error:
            yield Finding(titles[key], "warning", str(error))
    return found


def _surveys(titles: Mapping[str, str], read: Mapping[str, Survey]) -> Choice:
    """Name patterns of waves that belong together, then each survey by itself."""
    families: defaultdict[str, list[str]] = defaultdict(list)
    for key, title in titles.items():
        families[_family(title)].append(key)
    found = []
    for start, keys in families.items():
        shares = [_known_share(read[key]) for key in keys if key in read]
        score = max(shares, default=0.0)
        said = f"{score:.0%} of its scale items have codes of known constructs"
        if len(keys) > 1 and not set(start) & set("*?["):
            waves = "; ".join(sorted(titles[key] for key in keys)[:3])
            found.append(Candidate(f"{start}*", f"{len(keys)} waves: {waves}", said, score))
        else:
            found += [Candidate(key, titles[key], said, score) for key in keys]
    return Choice(
        "surveys", "Which surveys are read? All that the account sees where none is named",
        ranked(found), many=True,
    )  # fmt: skip


def _family(title: str) -> str:
    """What the titles of a survey's waves have in common: all before their date or number."""
    words = title.split(" ")
    while len(words) > 1 and _DATE.fullmatch(words[-1].strip(",;:()-–") or "0"):
        words.pop()
    return " ".join(words)


def _known_share(survey: Survey) -> float:
    codes = [item.code for item in scale_items(survey, _NOTHING)]
    known = [code for code in codes if _construct(code, "")[0].score >= 0.9]
    return len(known) / len(codes) if codes else 0.0


def _series(
    titles: Mapping[str, str], read: Mapping[str, Survey], chosen: Sequence[str]
) -> Interview:
    """A name for each pattern, or family, whose waves are compared over time."""
    patterns = list(chosen) or sorted({f"{_family(titles[key])}*" for key in read})
    entries = []
    for pattern in patterns:
        label = titles.get(pattern, pattern)
        name = "-".join(plain(_family(label).rstrip("*").replace("'", "")).split()) or "survey"
        entries.append(Entry(pattern, label, [Candidate(name, name, "", 1.0)]))
    question = "Which series do they belong to? Waves are compared within a series"
    yield Pairing("mapping.series", question, entries, is_open=True)
    quiet = [
        Candidate(key, titles[key], "by its title", 0.6)
        for key in read
        if likeness(titles[key], ("anonymous", "anonym", "pulse")) >= 0.5
    ]
    if quiet:
        question = "Which surveys carry no person, beside those that Qualtrics anonymises itself?"
        yield Choice("mapping.anonymous", question, ranked(quiet), many=True)


def _who(surveys: Iterable[Survey]) -> Interview:
    """What names a person and a unit: standard columns, or embedded data of the surveys."""
    declared: defaultdict[str, int] = defaultdict(int)
    n = 0
    for survey in surveys:
        n += 1
        for one in survey.get("embeddedData") or []:
            declared[str(one.get("name"))] += 1
    fields = [
        Candidate(name, name, f"embedded data in {held} of {n} surveys",
                  likeness(name, EMPLOYEE_NUMBER))
        for name, held in declared.items()
    ]  # fmt: skip
    standard = {"ExternalReference": 0.65, "RecipientEmail": 0.6}
    fields += [
        Candidate(name, name, "of the contact", standard.get(name, 0.3))
        for name in STANDARD_PERSON_FIELDS
    ]
    question = "What names the person who answers, as HR knows them: by number or by e-mail?"
    yield Choice("mapping.person_field", question, best_alone(fields))
    units = [
        Candidate(name, name, f"in {held} of {n} surveys", likeness(name, UNIT))
        for name, held in declared.items()
    ]
    yield Choice(
        "mapping.unit_field", "Which field of embedded data names the unit at launch?",
        best_alone(units),
        without="Units come from where HR has people; anonymous waves count at the root alone.",
    )  # fmt: skip


def _items(items: Mapping[str, Item]) -> Interview:
    """What each group of items measures, which are reversed, what means nothing known."""
    groups: defaultdict[str, list[Item]] = defaultdict(list)
    for code, item in sorted(items.items()):
        groups[_PART.sub("", code) or code].append(item)
    entries = [
        Entry(begin, f"{len(own)}: {own[0].text[:70]}", _construct(begin, own[0].text))
        for begin, own in groups.items()
    ]
    question = "What do these items measure, by the beginning of their codes? Others are left out"
    meant = yield Pairing("mapping.constructs", question, entries)
    kept = {item.code: item for begin in meant or {} for item in groups.get(begin, ())}
    left = [begin for begin in groups if begin not in (meant or {})]
    if left:
        question = "These have no construct and are not read. Say so to `alignmart check`?"
        found = [Candidate(one, one, groups[one][0].text[:70], 1.0) for one in left]
        yield Choice("mapping.ignored", question, found, many=True)
    reversed_ones = [
        Candidate(code, code, item.text[:70], 0.9 if re.search(r"(_r|_rev|R)$", code) else
                  0.3 if _NEGATIVE.search(item.text) else 0.0)
        for code, item in kept.items()
    ]  # fmt: skip
    if reversed_ones:
        yield Choice(
            "mapping.reversed", "Of which items is a low value favourable?",
            ranked(reversed_ones), many=True,
            without="None is turned round. If one should be, its construct's mean will be wrong.",
        )  # fmt: skip
    yield from _unsure(kept.values())


def _construct(code: str, text: str) -> tuple[Candidate, ...]:
    """The constructs, the likeliest by code, then by text, first."""
    bare = _PART.sub("", code)
    found = []
    for construct, words in CONSTRUCTS.items():
        score = 1.0 if plain(bare) == plain(construct) else 0.9 * likeness(bare, (construct,))
        score = max(score, 0.5 * likeness(text, words), 0.7 * likeness(bare, words))
        found.append(Candidate(construct, construct, "", round(score, 3)))
    return best_alone(found)


def _unsure(items: Iterable[Item]) -> Interview:
    """Choices that mean that somebody does not know, by recode."""
    texts = {recode: text for item in items for recode, text in item.recodes.items()}
    found = [
        Candidate(recode, text, f"recode {recode}", max(likeness(text, _UNSURE), _apart(recode)))
        for recode, text in texts.items()
    ]
    question = "Which choices mean that somebody does not know, and are no value of the scale?"
    yield Choice("mapping.dont_know", question, ranked(found), many=True)


def _apart(recode: str) -> float:
    """Recodes beyond every usual scale."""
    return 0.6 if not 0 <= float(recode) <= 20 else 0.0


def _directory(api: Api) -> Interview:
    """Asked for only where there are several; Qualtrics takes the only one by itself."""
    seen = [
        Candidate(str(one["directoryId"]), str(one.get("name")), "")
        for _, page in api.listed("/directories")
        for one in page
    ]
    if len(seen) > 1:
        yield Choice("directory", "Which directory holds the mailing lists?", ranked(seen))
