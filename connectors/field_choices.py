"""Which field of a system is probably meant: by its name, its type and what stands in it.

Belongs here: what the questions of several systems share: words that people name such fields by,
how likely a field is, what is shown of its values.
Does not belong here: any vendor's endpoints or payloads, how questions are asked.

Scores are a rule of thumb for the order and the default of an answer, nothing is decided by them:
a field named exactly so 0.9, one with the word in its name 0.7, inside of a word 0.55; 0.1 more
where most records fill it, and three quarters where it is known that none does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from connectors.contract import Candidate, Entry

Words = tuple[str, ...]

GOAL: Final[Words] = (
    "goals", "goal", "okr", "okrs", "objective", "objectives", "key result", "goal keys",
    "ziel", "ziele", "objectif", "objectifs", "objetivo", "objetivos",
)  # fmt: skip
POINTS: Final[Words] = (
    "story points", "story point estimate", "points", "storypoints", "story point", "estimate",
    "effort", "size", "aufwand", "schaetzung", "estimation", "puntos",
)  # fmt: skip
START: Final[Words] = (
    "start date", "start", "target start", "planned start", "begin", "start on", "starts on",
    "started on", "startdatum", "beginn", "date de debut", "fecha de inicio",
)  # fmt: skip
INITIATIVE: Final[Words] = (
    "initiative", "epic", "theme", "programme", "program", "project", "portfolio epic", "initiativ",
    "epik", "thema", "projekt",
)  # fmt: skip
EMPLOYEE_NUMBER: Final[Words] = (
    "employee number", "employee id", "personnel number", "staff number", "employee",
    "personalnummer", "matricule", "numero de empleado",
)  # fmt: skip
UNIT: Final[Words] = (
    "unit", "org unit", "department", "team", "division", "organisation", "organization",
    "business unit", "abteilung", "bereich", "departement", "equipe", "departamento",
)  # fmt: skip
FTE: Final[Words] = (
    "fte", "full time equivalent", "workload", "employment level", "working time", "percentage",
    "hours", "pensum", "beschaeftigungsgrad", "teilzeit", "quotite",
)  # fmt: skip
JOB_FAMILY: Final[Words] = ("job family", "family", "job group", "career track", "berufsgruppe")
MAIN_SEAT: Final[Words] = ("main seat", "main", "primary", "primary job", "is primary", "haupt")
TITLE: Final[Words] = ("title", "job title", "position", "role", "titel", "poste", "cargo")
MANAGER: Final[Words] = ("manager", "supervisor", "reports to", "lead", "boss", "vorgesetzter")
LEAVE: Final[Words] = (
    "leave", "leave of absence", "parental", "sabbatical", "maternity", "paternity", "long sick",
    "elternzeit", "beurlaubt", "conge",
)  # fmt: skip
LEFT: Final[Words] = (
    "terminated", "termination date", "left", "inactive", "resigned", "retired", "former",
    "last day", "end date", "exit date", "ausgeschieden", "austritt",
)  # fmt: skip
DROPPED: Final[Words] = (
    "won't do", "won't fix", "wont do", "rejected", "declined", "duplicate", "cancelled",
    "canceled", "abandoned", "dropped", "obsolete", "cannot reproduce", "invalid", "withdrawn",
    "abgelehnt", "verworfen", "abgebrochen", "annule", "cancelado",
)  # fmt: skip
MEANINGS: Final[Mapping[str, Words]] = {
    "todo": ("to do", "todo", "open", "new", "backlog", "selected", "ready", "planned", "reopened",
             "waiting", "offen", "neu", "geplant"),
    "doing": ("in progress", "doing", "progress", "review", "testing", "development", "started",
              "feedback", "in arbeit", "en cours"),
    "done": ("done", "closed", "resolved", "finished", "released", "completed", "erledigt",
             "fertig", "geschlossen", "termine"),
    "dropped": DROPPED,
}  # fmt: skip
"""What a status of the tracker may mean, by the words in its name."""

MOST: Final = 60
"""Fields of a kind that are looked into; the others are suggested by their name alone."""


def plain(text: str) -> str:
    """A name as it is compared: lower case, no accents, words apart by single spaces."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    spelled = spaced.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    bare = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z0-9']+", bare.replace("custom", " ")))


def likeness(name: str, words: Iterable[str]) -> float:
    """0 to 0.9: how much a name looks like one of `words`."""
    have = plain(name)
    best = 0.0
    for word in words:
        if have == word:
            return 0.9
        if f" {word} " in f" {have} ":
            best = max(best, 0.7)
        elif len(word) > 3 and word in have:
            best = max(best, 0.55)
    return best


def weighed(score: float, values: Sequence[Any] | None) -> float:
    """The score of a name, with what stands in the field; None where nothing was looked at."""
    if not values:
        return score
    n = len(_filled(values))
    if not n:
        return score * 0.75
    return min(1.0, score + 0.1) if score and n * 2 >= len(values) else score


def seen(values: Sequence[Any] | None) -> str:
    """`filled in 31 of 50`; nothing where nothing was looked at."""
    if not values:
        return ""
    n = len(_filled(values))
    return f"filled in {n} of {len(values)}" if n else f"empty in the {len(values)} looked at"


def example(values: Sequence[Any] | None) -> str:
    """The first value that stands there, shortened; nothing where none does."""
    filled = _filled(values or ())
    return shortened(filled[0]) if filled else ""


def shortened(value: Any, most: int = 30) -> str:
    """A value as it is shown to a person, in one short line."""
    if isinstance(value, dict):
        value = value.get("value") or value.get("name") or value.get("key") or "a record"
    if isinstance(value, list):
        value = ", ".join(shortened(one, most) for one in value[:3])
    line = " ".join(str(value).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _filled(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value not in (None, "", [], {})]


def ranked(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The likeliest first, then by name."""
    return tuple(sorted(candidates, key=lambda one: (-one.score, one.label, str(one.value))))


def best_alone(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Ranked, and only the first one likely: for an option that holds one field."""
    order = ranked(candidates)
    return order[:1] + tuple(replace(one, score=min(one.score, 0.49)) for one in order[1:])


def meanings(name: str, best: str | None = None) -> tuple[Candidate, ...]:
    """The four meanings of a status, the likeliest by its name; `best` wins where it is given."""
    scores = {meant: likeness(name, words) for meant, words in MEANINGS.items()}
    if best is not None:
        scores[best] = 1.0
    return tuple(
        Candidate(meant, meant, _MEANT[meant], score)
        for meant, score in sorted(scores.items(), key=lambda pair: (-pair[1], _ORDER[pair[0]]))
    )


_MEANT: Final = {
    "todo": "nobody works on it yet",
    "doing": "somebody works on it",
    "done": "it was done",
    "dropped": "it ended without being done",
}
_ORDER: Final = {meant: n for n, meant in enumerate(_MEANT)}


def entry(key: str, label: str, fields: Mapping[str, str], words: Iterable[str]) -> Entry:
    """A line of a pairing whose candidates are fields (name to what it is), by their names."""
    wanted = tuple(words)
    found = [Candidate(name, name, said, likeness(name, wanted)) for name, said in fields.items()]
    return Entry(key, label, best_alone(found))
