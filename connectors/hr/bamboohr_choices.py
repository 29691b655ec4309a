"""What `alignmart init` asks of a BambooHR: levels of units, statuses, fields, further seats.

Belongs here: which of the company's fields and options could be meant, and why.
Does not belong here: how questions are put (the pipeline), whether a mapping fits
(`bamboohr_check`), reading (`bamboohr`).

Levels are told apart by what stands in Job Information: a level above has fewer units than one
below, and each unit below lies in one above.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connectors.contract import Candidate, Choice, Finding, Interview, Places
from connectors.field_choices import (
    EMPLOYEE_NUMBER,
    FTE,
    JOB_FAMILY,
    LEAVE,
    LEFT,
    MAIN_SEAT,
    MANAGER,
    TITLE,
    UNIT,
    Words,
    best_alone,
    example,
    likeness,
    ranked,
    seen,
    weighed,
)
from connectors.hr.bamboohr_settings import JOB_TABLE, STATUS_TABLE, BambooHRSettings
from connectors.http import Http, HttpError

_API: Final = "/api/v1"
_NO_LEVEL: Final = ("location", "jobTitle", "reportsTo", "date")
_STANDARD: Final = frozenset({JOB_TABLE, STATUS_TABLE, "compensation", "emergencyContacts",
                              "dependents", "bonus", "commission"})  # fmt: skip
_SEEN_AT: Final = 1000

Row = dict[str, Any]


@dataclass(frozen=True)
class _Field:
    alias: str
    label: str
    kind: str


def interview(http: Http, settings: BambooHRSettings) -> Interview:
    """Ask what a company's BambooHR can answer. Raises SourceError."""
    tables = {
        str(table["alias"]): [
            _Field(str(one["alias"]), str(one.get("name")), str(one.get("type")))
            for one in table["fields"]
            if one.get("alias")
        ]
        for table in http.get(f"{_API}/meta/tables").rows()
    }
    statuses = http.get(f"{_API}/employees/all/tables/{STATUS_TABLE}").rows()
    jobs = http.get(f"{_API}/employees/all/tables/{JOB_TABLE}").rows()
    newest = _newest(jobs)
    yield Finding("people", "ok", f"{len(newest)} with a row of Job Information")
    yield from _types(http, statuses)
    fields = tables.get(JOB_TABLE, [])
    yield from _levels(fields, newest, settings)
    yield from _shares(fields, newest)
    for option, question, words in (
        ("job_family_field", "Which field holds the family of jobs?", JOB_FAMILY),
        ("primary_field", "Which field says whether a seat is the main one?", MAIN_SEAT),
    ):
        yield Choice(f"mapping.{option}", question, best_alone(_like(fields, newest, words)))
    seats = list(_seat_tables(tables))
    if seats:
        question = "Which further tables hold seats that people have beside the first one?"
        yield Choice("mapping.second_seats", question, ranked(seats), many=True)
    yield from _dataset(http)
    question = "Are the goals of employees read too? It costs a request an employee"
    yes = Candidate(True, "yes", f"{len(newest)} requests a night")
    yield Choice("goals", question, [Candidate(False, "no", "", 1.0), yes])
    yield Places(Counter(str(row["location"]) for row in newest if row.get("location")))


def _newest(rows: Iterable[Row]) -> list[Row]:
    """The row of each employee that begins last, by employee."""
    last: dict[str, Row] = {}
    for row in rows:
        key = str(row["employeeId"])
        if key not in last or str(row.get("date")) >= str(last[key].get("date")):
            last[key] = row
    return [last[key] for key in sorted(last)]


def _types(http: Http, rows: Sequence[Row]) -> Interview:
    """Employment statuses: whose people are read, which mean a leave, which the end."""
    lists = {str(one.get("alias")): one["options"] for one in http.get(f"{_API}/meta/lists").rows()}
    counted = Counter(str(row.get("employmentStatus")) for row in _newest(rows))
    names = sorted({str(option["name"]) for option in lists.get(STATUS_TABLE, ())} | {*counted})
    names = [name for name in names if name not in ("None", "")]

    def of(words: Words) -> list[Candidate]:
        return [Candidate(n, n, f"{counted[n]} people", likeness(n, words)) for n in names]

    ended = yield Choice(
        "mapping.terminated_statuses",
        "Which employment statuses mean that somebody has left?",
        ranked(of(LEFT)),
        many=True,
    )
    away = yield Choice(
        "mapping.leave_statuses", "Which mean a long leave?", ranked(of(LEAVE)), many=True,
        without="Nobody will be on leave: who is away counts as a person who does no work.",
    )  # fmt: skip
    working = [Candidate(n, n, f"{counted[n]} people") for n in names if n not in (ended or ())]
    question = "Only people of some employment statuses? All, unless you name some"
    if away:
        question += "; name those of a leave with them"
    yield Choice("only_employment_types", question, working, many=True)


def _levels(fields: Sequence[_Field], rows: Sequence[Row], settings: BambooHRSettings) -> Interview:
    """Lists of Job Information from the one with the fewest units to the one with the most."""
    levels = [one for one in fields if one.kind == "list" and one.alias not in _NO_LEVEL]
    units = {one.alias: {row[one.alias] for row in rows if row.get(one.alias)} for one in levels}
    levels.sort(key=lambda one: (len(units[one.alias]) or 1 << 30, one.alias))
    found: list[Candidate] = []
    above: str | None = None
    for level in levels:
        n = len(units[level.alias])
        fits = above is None or _lies_within(rows, level.alias, above)
        said = f"{n} units in use" if n else "empty everywhere"
        if n and above is not None:
            said += f", {'each in one of' if fits else 'across units of'} {above}"
        found.append(Candidate(level.alias, level.label, said, 0.8 if n and fits else 0.1))
        above = level.alias if n and fits else above
    chosen = yield Choice(
        "mapping.org_levels",
        "Which fields of Job Information make the tree of units? Name them from top to bottom",
        found,
        many=True,
    )
    top = len(units.get(chosen[0], ())) if chosen else 0
    if top != 1:
        name = settings.company
        root = Candidate(name, name, f"above the {top} units of the first level")
        question = "What is the unit above all of these called, if they should have one?"
        yield Choice("mapping.root_unit", question, [root], is_open=True)


def _lies_within(rows: Iterable[Row], below: str, above: str) -> bool:
    """Whether nearly every unit of `below` has one unit of `above` only."""
    parents: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.get(below) and row.get(above):
            parents[row[below]].add(row[above])
    strays = sum(len(units) > 1 for units in parents.values())
    return strays * 10 <= len(parents)


def _like(fields: Iterable[_Field], rows: Sequence[Row], words: Words) -> Iterator[Candidate]:
    """Custom fields that have something of `words` in their name."""
    shown = rows[:_SEEN_AT]
    for one in fields:
        score = max(likeness(one.label, words), likeness(one.alias, words))
        if score and one.alias not in _NO_LEVEL:
            values = [row.get(one.alias) for row in shown]
            said = ", ".join(filter(None, (one.kind, seen(values))))
            score = weighed(score, values)
            yield Candidate(one.alias, one.label, said, score, example(values))


def _shares(fields: Sequence[_Field], rows: Sequence[Row]) -> Interview:
    chosen = yield Choice(
        "mapping.fte_field",
        "Which field holds the share of a full week?",
        best_alone(_like(fields, rows, FTE)),
        without="Everybody counts as full time.",
    )
    if not chosen:
        return
    most = max((_number(row.get(chosen)) for row in rows), default=0.0)
    full = 1 if most <= 2 else 100 if most > 60 else 40
    words = {1: "1, as 0.8 for four days", 100: "100, as 80 for four days", 40: "40 hours a week"}
    found = [
        Candidate(n, text, f"the highest value is {most:g}" if n == full else "", float(n == full))
        for n, text in words.items()
    ]
    yield Choice("mapping.full_time", "What does it say for full time?", found)


def _number(value: Any) -> float:
    try:
        return float(str(value).rstrip("% ").replace(",", "."))
    except ValueError:
        return 0.0


def _seat_tables(tables: dict[str, list[_Field]]) -> Iterator[Candidate]:
    """Tables of the company's own with a date and a field that may name a unit."""
    for table, fields in sorted(tables.items()):
        aliases = {one.alias for one in fields}
        if table in _STANDARD or "date" not in aliases:
            continue
        seat: dict[str, str] = {"table": table}
        for option, words in (
            ("unit_field", UNIT),
            ("job_title_field", TITLE),
            ("job_family_field", JOB_FAMILY),
            ("manager_field", MANAGER),
            ("fte_field", FTE),
            ("primary_field", MAIN_SEAT),
        ):
            free = [one for one in fields if one.alias not in (*seat.values(), "date")]
            best = max(free, key=lambda one: likeness(one.label, words), default=None)
            if best is not None and likeness(best.label, words) >= 0.5:
                seat[option] = best.alias
        if "unit_field" in seat:
            said = ", ".join(one.label for one in fields)
            score = 0.7 if "job_title_field" in seat else 0.4
            yield Candidate(seat, f"{table}, units in {seat['unit_field']}", said, score)


def _dataset(http: Http) -> Interview:
    """Where the employee number and the last day stand; some keys may not see either."""
    have: dict[str, str] = {}
    try:
        page = last = 1
        while page <= last:
            path = f"{_API}_2/datasets/employee/fields"
            answer = http.get(path, page=page, page_size=1000)
            have |= {str(one["name"]): str(one["label"]) for one in answer.rows("fields")}
            last, page = int(answer.take("pagination", dict).get("total_pages", 1)), page + 1
    except HttpError as error:
        if error.status not in (403, 404, 422):
            raise
        said = f"{error} Give the key's user the right to see reports, or do without both."
        yield Finding("dataset", "warning", said)
        lacking = [Candidate(n, n, "the key may not see it") for n in _OF_DATASET]
        yield Choice("mapping.do_without", "Do without these fields?", lacking, many=True)
        return
    for option, question, words, usual in (
        ("employee_number_field", "Which field holds the number that other systems may know a "
         "person by?", EMPLOYEE_NUMBER, "employeeNumber"),
        ("left_field", "Which field holds the last day employed?", LEFT, "terminationDate"),
    ):  # fmt: skip
        found = [
            Candidate(name, label, "", 1.0 if name == usual else score)
            for name, label in have.items()
            if (score := likeness(label, words)) or name == usual
        ]
        yield Choice(f"mapping.{option}", question, best_alone(found))


_OF_DATASET: Final = ("employeeNumber", "terminationDate")
