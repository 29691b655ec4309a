"""BambooHR's answers as canonical rows.

Belongs here: gathering the pages of one read, the order of the frames, goals.
Does not belong here: how answers are fetched (`bamboohr`), people, seats, units (modules of their
own), types and bounds (`edge`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from connectors.contract import Page, SourceError
from connectors.hr.bamboohr_managers import Managers
from connectors.hr.bamboohr_people import Numbered, People
from connectors.hr.bamboohr_seats import Seat, UnitNames, seat_row, seats_of
from connectors.hr.bamboohr_settings import JOB_TABLE, STATUS_TABLE, BambooHRSettings
from connectors.hr.bamboohr_tables import Odd, Row, by_employee, read_rows
from connectors.hr.bamboohr_units import Tree, stays_of
from connectors.records import Reader, parsed, table

_OF_EMPLOYEE: Final = re.compile(r"/employees/([^/]+)/goals")
_GOAL_STATUS: Final = {"in_progress": "open", "completed": "done", "closed": "cancelled"}

Tables = Mapping[str, Mapping[str, Sequence[Row]]]
"""Rows by table and employee."""


class Rows:
    """Maps the pages of one read; afterwards it knows what `check` tells of them."""

    def __init__(self, settings: BambooHRSettings) -> None:
        self._settings = settings
        self._mapping = settings.mapping
        self._records: defaultdict[str, list[Numbered]] = defaultdict(list)
        self._changed: dict[str, Any] = {}
        self._today = dt.date.max
        self.people = People(settings, self._today)
        self.seats: list[Seat] = []
        self.managers = Managers({})
        self.names = UnitNames(self._mapping, ())
        self.disputed: list[dict[str, Any]] = []

    def of(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield (frame, rows). Raises SourceError."""
        for number, page in pages:
            self._take(number, page)
        read = {
            name: read_rows(self._records[f"table:{name}"]) for name in self._mapping.table_fields()
        }
        rows = {name: by_employee(found) for name, (found, _) in read.items()}
        odd = {name: found for name, (_, found) in read.items()}
        self.names = UnitNames(self._mapping, [one for _, one in self._records["lists"]])
        self.people = People(self._settings, self._today)
        self.people.learn(
            self._records["employees"],
            self._records["numbers"],
            self._changed,
            rows[STATUS_TABLE],
            rows[JOB_TABLE],
        )
        yield "people", self.people.rows()
        yield "people", _set_aside(odd.pop(STATUS_TABLE))
        yield from self._seats_and_units(rows)
        yield from (("assignments", _set_aside(found)) for found in odd.values())
        if self._settings.goals:
            yield from self._goals()

    def without_unit(self) -> list[str]:
        """Employees who work today and of whom no row names a unit."""
        seated = {seat.person for seat in self.seats if seat.starts <= self._today < seat.until}
        return [
            key
            for key, employee in self.people.employees.items()
            if employee.get("status") == "Active" and key not in seated
        ]

    def _take(self, number: int, page: Page) -> None:
        body = parsed(number, page)
        if page.stream == "night":
            self._today = dt.datetime.fromisoformat(body["as_of"]).date()
        elif page.stream == "changed":
            changed = body["employees"]
            self._changed |= changed if isinstance(changed, dict) else {}
        elif page.stream == "goals":
            employee = _OF_EMPLOYEE.search(page.request)
            if employee is None:
                raise SourceError(f"page {number} of goals names no employee: {page.request}.")
            owned = [(employee[1], goal) for goal in body["goals"]]
            self._records["goals"] += [(number, pair) for pair in owned]
        else:
            records = body["data"] if page.stream in ("employees", "numbers") else body
            self._records[page.stream] += [(number, record) for record in records]

    def _seats_and_units(self, rows: Tables) -> Iterator[tuple[str, pl.DataFrame]]:
        mapping = self._mapping
        jobs, *others = [
            seats_of(one, rows[one.table], self.names, mapping.full_time)
            for one in (mapping.job_seats(), *mapping.second_seats)
        ]
        self.seats = [*jobs, *(seat for seats in others for seat in seats)]
        employed = self.people.employed()
        self.managers = Managers(employed)
        self.managers.learn(self.people.employees, self.seats)
        for seat in self.seats:
            seat.manager = self.managers.manager_of(seat)
        shown = [seat_row(seat) for seat in self.seats if self.people.is_read(seat.person)]
        yield "assignments", _frame(shown)
        left = {key: last for key, (_, last) in employed.items()}
        tree = Tree(stays_of(jobs, left), self.names)
        self.disputed = tree.disputed
        yield "org_units", _frame(list(tree.rows()))

    def _goals(self) -> Iterator[tuple[str, pl.DataFrame]]:
        pages = [page for page, _ in self._records["goals"]]
        owned = [pair for _, pair in self._records["goals"]]
        yield "goals", table([goal for _, goal in owned], pages, _GOAL)
        yield "goal_owners", table(owned, pages, _OWNER)


def _frame(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None) if rows else pl.DataFrame()


def _set_aside(odd: Sequence[Odd]) -> pl.DataFrame:
    return _frame([{"unreadable": o.why, "payload": o.payload, "page": o.page} for o in odd])


def _goal_id(goal: dict[str, Any]) -> str:
    if not isinstance(goal["id"], (str, int)):
        raise TypeError(f"id is {type(goal['id']).__name__}")
    return str(goal["id"])


_GOAL: Final[dict[str, Reader]] = {
    "goal_key": lambda goals: [_goal_id(goal) for goal in goals],
    "title": lambda goals: [goal["title"] for goal in goals],
    "level": lambda goals: ["individual" for _ in goals],
    "visibility": lambda goals: ["private" for _ in goals],
    "ends_on": lambda goals: [goal.get("dueDate") for goal in goals],
    "status": lambda goals: [
        _GOAL_STATUS.get(goal.get("status"), goal.get("status")) for goal in goals
    ],
    "updated_at": lambda goals: [goal.get("lastChangedDateTime") for goal in goals],
}

_OWNER: Final[dict[str, Reader]] = {
    "goal_key": lambda owned: [_goal_id(goal) for _, goal in owned],
    "owner_ref": lambda owned: [owner for owner, _ in owned],
}
