"""What `alignmart init` asks of a Tryton server: which models and fields stand for what.

Belongs here: which of the server's models and fields could be meant, and why. Fields are judged by
name and type; no record is read but the names of statuses.
Does not belong here: how questions are put (the pipeline), whether a mapping fits
(`tryton_check`), reading records (`tryton`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from connectors.contract import Candidate, Choice, Entry, Finding, Interview, Pairing, SourceError
from connectors.field_choices import (
    EMPLOYEE_NUMBER,
    FTE,
    GOAL,
    JOB_FAMILY,
    MAIN_SEAT,
    MANAGER,
    POINTS,
    START,
    TITLE,
    UNIT,
    Words,
    best_alone,
    likeness,
    meanings,
    ranked,
)
from connectors.hr.tryton_rpc import Rpc
from connectors.hr.tryton_settings import EMPLOYEE, LINE, STATUS, WORK

_TEXT: Final = ("char", "integer", "numeric", "selection", "many2one", "text")
_DATES: Final = ("date", "datetime", "timestamp")
_STOCK: Final = ("ir", "res", "party", "currency", "country", "workflow")
_MOST_MODELS: Final = 40

Kinds = tuple[str, ...]
Wanted = Mapping[str, tuple[Words, Kinds]]

_PEOPLE: Final[Wanted] = {
    "employee_number": ((*EMPLOYEE_NUMBER, "number"), ("char", "integer")),
    "key": (("code", "identifier", "key"), ("char", "integer")),
    "location": (("location", "site", "place", "office", "work place"), _TEXT),
    "employment_type": (("contract", "contract type", "employment type"), _TEXT),
    "leave_from": (("leave from", "leave start"), _DATES),
    "leave_to": (("leave to", "leave end"), _DATES),
}
_SEATS: Final[Wanted] = {
    "job_title": (TITLE, _TEXT),
    "job_family": (JOB_FAMILY, _TEXT),
    "fte": (FTE, ("float", "numeric", "integer")),
    "is_primary": (MAIN_SEAT, ("boolean",)),
    "key": (("code",), ("char", "integer")),
}
_WORK: Final[Wanted] = {
    "assignee": (("assignee", "assigned to", "responsible", "employee"), ("many2one",)),
    "reporter": (("reporter", "reported by", "author", "requester"), ("many2one",)),
    "started_on": (START, _DATES),
    "due_on": (("due date", "due", "deadline", "due on"), _DATES),
    "closed_at": (("closed at", "closed", "done date", "end date", "finished"), _DATES),
    "points": ((*POINTS, "effort duration"), ("float", "numeric", "integer", "timedelta")),
    "labels": (("labels", "tags", "categories"), ("char", "many2many")),
    "key": (("code",), ("char", "integer")),
}
_UNITS: Final[Wanted] = {
    "name": (("name",), ("char",)),
    "parent": (("parent",), ("many2one",)),
    "head": (("head", "manager", "lead", "responsible"), ("many2one",)),
    "effective_from": (("start date", "effective from", "valid from"), ("date",)),
}

Fields = Mapping[str, Mapping[str, Any]]


@dataclass
class _Server:
    """The models that may be called, and their fields."""

    rpc: Rpc

    def models(self) -> list[str]:
        """All models by name, sorted."""
        named = {one[6:].rpartition(".")[0] for one in self.rpc.names() if one[:6] == "model."}
        return sorted(named)

    def fields(self, model: str) -> Fields:
        """The fields of a model. Raises SourceError."""
        fields: Fields = self.rpc.call(f"model.{model}.fields_get").take("result", dict)
        return fields


def interview(rpc: Rpc) -> Interview:
    """Ask what a server can answer. Raises SourceError."""
    server = _Server(rpc)
    preferences = rpc.prefer()
    companies = len(preferences.get("companies") or [])
    yield Finding("account", "ok", f"Tryton {rpc.version()}, {companies} company(ies)")
    models = server.models()
    work = WORK in models and LINE in models
    modules = [
        Candidate("hr", "hr", "people, seats, units", float(EMPLOYEE in models)),
        Candidate("work", "work", "tasks and time", float(work)),
    ]
    chosen = yield Choice("modules", "What is read?", modules, many=True)
    if "hr" in (chosen or ()):
        yield from _people(server, models)
    if "work" in (chosen or ()):
        yield from _work(server)


def _people(server: _Server, models: Iterable[str]) -> Interview:
    fields = server.fields(EMPLOYEE)
    question = f"Which fields of {EMPLOYEE} hold these?"
    yield Pairing("mapping.people", question, list(_entries(fields, _PEOPLE)))
    seats = _seat_models(server, models)
    found = [
        Candidate(model, model, f"leads to employees by {one['person']}, to {one['of']}",
                  likeness(model, ("seat", "assignment", "position", "contract")))
        for model, one in seats.items()
    ]  # fmt: skip
    model = None
    if found:
        model = yield Choice(
            "mapping.assignments.model", "Which model has a record for each seat?",
            best_alone(found),
            without="Each employee has one seat, and units are the supervisors' teams.",
        )  # fmt: skip
    if model is None:
        return
    own = server.fields(model)
    paths = [_leading(own, "person", (EMPLOYEE,), ("employee", "person"))]
    paths.append(_leading(own, "org_unit", (seats[model]["of"],), UNIT))
    paths.append(_leading(own, "manager", (EMPLOYEE,), MANAGER))
    question = f"Which fields of {model} hold these?"
    yield Pairing("mapping.assignments", question, [*paths, *_entries(own, _SEATS)])
    yield from _units(server, seats[model]["of"], models)


def _seat_models(server: _Server, models: Iterable[str]) -> dict[str, dict[str, str]]:
    """Models that lead to an employee and to something that sounds like a unit."""
    found: dict[str, dict[str, str]] = {}
    own = [one for one in models if one.partition(".")[0] not in _STOCK and one != EMPLOYEE]
    likely = sorted(own, key=lambda one: (one.split(".")[0] in ("project", "timesheet"), one))
    for model in likely[:_MOST_MODELS]:
        try:
            fields = server.fields(model)
        except SourceError:
            continue
        people = [name for name, one in fields.items() if one.get("relation") == EMPLOYEE]
        units = [
            str(one["relation"])
            for one in fields.values()
            if one.get("relation") and likeness(str(one["relation"]), UNIT) >= 0.5
        ]
        if "employee" in people and units:
            found[model] = {"person": "employee", "of": units[0]}
    return found


def _units(server: _Server, unit: str, models: Iterable[str]) -> Interview:
    """The model of units, or one with their versions, which has dates."""
    versions = [model for model in models if model.startswith(f"{unit}.")]
    found = [Candidate(one, one, "versions of units", 0.7) for one in versions]
    found.append(Candidate(unit, unit, "the units themselves", 0.6))
    question = "Which model holds the units?"
    model = yield Choice("mapping.org_units.model", question, best_alone(found))
    if model is None:
        return
    fields = server.fields(model)
    entries = list(_entries(fields, _UNITS))
    if model != unit:
        entries.insert(0, _leading(fields, "unit", (unit,), UNIT))
    of_unit = server.fields(unit)
    entries.append(_fitting(of_unit, "key", ("code",), ("char", "integer")))
    yield Pairing("mapping.org_units", f"Which fields of {model} hold these?", entries)


def _work(server: _Server) -> Interview:
    fields = server.fields(WORK)
    goals = [
        Candidate(name, name, str(one.get("type")), likeness(name, GOAL))
        for name, one in fields.items()
        if one.get("type") in ("char", "text", "many2many", "many2one", "selection")
    ]
    chosen = yield Choice(
        "mapping.work_items.goals", "Which fields of tasks name goals?", ranked(goals), many=True,
        without="No task will name a goal: add a field, or a file goal_initiative_links.csv.",
    )  # fmt: skip
    if chosen:
        yield Choice("mapping.goal_source", "Whose goals do bare goal keys name?", giving="goals")
    question = f"Which fields of {WORK} hold these?"
    yield Pairing("mapping.work_items", question, list(_entries(fields, _WORK)))
    types = fields.get("type", {}).get("selection")
    if isinstance(types, list):
        found = [
            Candidate(str(key), str(label), "", 0.9 if key == "project" else 0.0)
            for key, label in types
        ]
        question = "Which types of tasks are initiatives?"
        yield Choice("mapping.initiative_types", question, found, many=True)
    yield from _statuses(server.rpc)


def _statuses(rpc: Rpc) -> Interview:
    order, fields = [["id", "ASC"]], ["name", "progress"]
    answer = rpc.call(f"model.{STATUS}.search_read", [], 0, 500, order, fields)
    entries = [
        Entry(str(one["name"]), "counts as done" if one.get("progress") == 1 else "",
              meanings(str(one["name"]), "done" if one.get("progress") == 1 else None))
        for one in answer.rows("result")
    ]  # fmt: skip
    yield Pairing("mapping.status_categories", "What do the statuses of tasks mean?", entries)


def _entries(fields: Fields, wanted: Wanted) -> Iterator[Entry]:
    for option, (words, kinds) in wanted.items():
        entry = _fitting(fields, option, words, kinds)
        if entry.candidates:
            yield entry


def _fitting(fields: Fields, option: str, words: Words, kinds: Kinds) -> Entry:
    """A line for `option` with the fields of these kinds that have any of `words` in the name."""
    found = [
        Candidate(name, name, str(one.get("type")), score)
        for name, one in fields.items()
        if one.get("type") in kinds and (score := likeness(name.replace("_", " "), words))
    ]
    kinds_said = ", ".join(sorted({one.reason for one in found})) or "no field fits"
    return Entry(option, kinds_said, best_alone(found))


def _leading(fields: Fields, option: str, models: Collection[str], words: Words) -> Entry:
    """A line for `option` with the fields that lead to a record of one of `models`."""
    found = [
        Candidate(name, name, f"leads to {one['relation']}", likeness(name, words) or 0.3)
        for name, one in fields.items()
        if str(one.get("relation")) in models
    ]
    return Entry(option, "leads to a record", best_alone(found))
