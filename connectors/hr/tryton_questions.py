"""Which lists of which models a Tryton source reads, and which fields of them.

Belongs here: from the mapping to models and field names.
Does not belong here: paging (`tryton`), what becomes of the fields (`tryton_rows`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from connectors.hr.tryton_rpc import day, instant
from connectors.hr.tryton_settings import (
    EMPLOYEE,
    LINE,
    TIMESHEET_WORK,
    WORK,
    CompanyMapping,
    TrytonSettings,
    through,
)
from connectors.hr.tryton_teams import TEAM_FIELDS

_CHANGED: Final = ("create_date", "write_date")
_WITHOUT_TASK: Final = ("OR", ("origin", "=", None), ("origin", "not like", "project.work,%"))


@dataclass(frozen=True, slots=True)
class Question:
    """One list: the records of `model` that `only` lets through, with `fields`."""

    stream: str
    model: str
    fields: tuple[str, ...]
    only: tuple[Any, ...] = ()
    """Clauses as they are sent."""
    keys: tuple[str, ...] = ()
    """Fields that make a record's key, for the sweep of an incremental list."""

    @property
    def incremental(self) -> bool:
        """Whether the list is read by change."""
        return bool(self.keys)


def questions(settings: TrytonSettings) -> list[Question]:
    """The lists of the configured modules, in the order in which they are read."""
    mapping, asked = settings.mapping, list[Question]()
    if "hr" in settings.modules:
        asked += _hr(mapping)
    if "work" in settings.modules:
        asked += _work(mapping)
    return asked


def _hr(mapping: CompanyMapping) -> list[Question]:
    people, seats, units = mapping.people, mapping.assignments, mapping.org_units
    person = [
        people.key, people.employee_number, people.work_email, people.full_name, people.location,
        people.employment_type, people.leave_from, people.leave_to, people.hired_on,
        people.left_on, *people.extra,
    ]  # fmt: skip
    seat = [
        seats.manager and through(seats.manager, people.key), seats.job_title, seats.job_family,
        seats.fte, seats.is_primary, seats.effective_from, seats.effective_to,
        seats.org_unit and through(seats.org_unit, units.key),
    ]  # fmt: skip
    if seats.model is None:
        person += seat + ([] if seats.org_unit else list(TEAM_FIELDS))
    asked = [Question("people", EMPLOYEE, _fields([*person, *_CHANGED]), _sent(people.only))]
    if seats.model and seats.person:
        seat += [seats.key, through(seats.person, people.key), "create_date"]
        asked.append(Question("assignments", seats.model, _fields(seat)))
    if units.model:
        unit = [
            through(units.unit, units.key) if units.unit else units.key, units.name,
            units.parent and through(units.parent, units.key),
            units.head and through(units.head, people.key), units.effective_from,
        ]  # fmt: skip
        asked.append(Question("org_units", units.model, _fields(unit)))
    return asked


def _work(mapping: CompanyMapping) -> list[Question]:
    people, works = mapping.people, mapping.work_items
    account = [people.key, people.work_email, people.employee_number, people.full_name, "active"]
    work = [
        works.key, through("parent", works.key), "type", "name", "status.name", "status.progress",
        "progress", *(field and through(field, people.key)
                      for field in (works.assignee, works.reporter)),
        works.started_on, works.due_on, works.closed_at, works.points, works.labels,
        *works.goals, *works.extra, *_CHANGED,
    ]  # fmt: skip
    line = [
        "date", "duration", "work", "work.origin", through("employee", people.key), *_CHANGED,
        *([] if works.key == "id" else [f"work.origin.{works.key}"]),
    ]  # fmt: skip
    return [
        Question("accounts", EMPLOYEE, _fields(account)),
        Question("work_items", WORK, _fields(work), _sent(works.only), (*_fields([works.key]),)),
        Question(
            "timesheet_works", TIMESHEET_WORK, _fields(["rec_name", *_CHANGED]),
            (_WITHOUT_TASK,), ("id",),
        ),
        Question("worklogs", LINE, _fields(line), (), ("id",)),
    ]  # fmt: skip


def _sent(domain: tuple[Any, ...]) -> tuple[Any, ...]:
    """A domain of the config as one clause, so that others can stand beside it; dates as sent."""

    def sent(value: Any) -> Any:
        if isinstance(value, dt.datetime):
            return instant(value if value.tzinfo else value.replace(tzinfo=dt.UTC))
        if isinstance(value, dt.date):
            return day(value)
        return [sent(part) for part in value] if isinstance(value, list | tuple) else value

    return (sent(domain),) if domain else ()


def _fields(named: Iterable[str | None]) -> tuple[str, ...]:
    """Each field once, sorted; the id comes by itself where others are asked for."""
    found = sorted({name for name in named if name})
    return tuple(found) or ("id",)
