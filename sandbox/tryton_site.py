"""The sample company as records of a Tryton database: stock models and those of `personnel`.

Belongs here: which models and fields there are, and what the world at `as_of` puts into them.
Does not belong here: calls and domains (`tryton_answers`), HTTP (`tryton_server`).

Numbers of the world's keys are the records' ids. An employee is a person, or (`external`) an
account of the tracker that belongs to nobody. What Tryton cannot hold is left out: hours of the
day, a person's second account, changes.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import polars as pl

from sandbox import observe
from sandbox.trackerview import tracker
from sandbox.world import GOALS, STATUS_CATEGORY, World

Record = dict[str, Any]
Models = dict[str, dict[int, Record]]

COMPANY: Final = 1
STATUSES: Final = tuple(STATUS_CATEGORY)
STOCK_STATUSES: Final = {"Open": None, "Done": 1.0}
"""Those that Tryton comes with; the sample company has its own and leaves these unused."""
CLOSED: Final = tuple(
    name for name, meant in STATUS_CATEGORY.items() if meant in ("done", "dropped")
)
EXTERNAL: Final = 9_000_000
"""Ids of employees that are no person of HR begin here."""
PARTY: Final = 10_000_000
"""The id of an employee's party is this more."""

_STORED: Final = {
    "id": "integer", "create_date": "timestamp", "write_date": "timestamp", "rec_name": "char",
}  # fmt: skip
FIELDS: Final[dict[str, dict[str, str]]] = {
    "party.party": {"name": "char", "email": "char"},
    "company.company": {"party": "party.party"},
    "company.employee": {
        "party": "party.party", "company": "company.company", "active": "boolean",
        "start_date": "date", "end_date": "date", "supervisor": "company.employee",
        "code": "char", "number": "char", "location": "char", "contract": "char",
        "leave_from": "date", "leave_to": "date", "external": "boolean",
    },
    "personnel.department": {"code": "char"},
    "personnel.department.version": {
        "department": "personnel.department", "name": "char", "parent": "personnel.department",
        "head": "company.employee", "start_date": "date",
    },
    "personnel.seat": {
        "code": "char", "employee": "company.employee", "department": "personnel.department",
        "supervisor": "company.employee", "title": "char", "family": "char", "fte": "float",
        "main": "boolean", "start_date": "date", "end_date": "date",
    },
    "project.work.status": {"name": "char", "progress": "float"},
    "project.work": {
        "name": "char", "type": "selection", "parent": "project.work",
        "status": "project.work.status", "progress": "float", "effort_duration": "timedelta",
        "code": "char", "assignee": "company.employee", "reporter": "company.employee",
        "goals": "char", "start_date": "date", "due_date": "date", "closed_at": "datetime",
    },
    "timesheet.work": {"name": "char", "origin": "reference"},
    "timesheet.line": {
        "employee": "company.employee", "date": "date", "duration": "timedelta",
        "work": "timesheet.work",
    },
}  # fmt: skip
"""By model: field to type; a model's name for a field that leads to one of its records."""
MAPPING: Final[dict[str, Any]] = {
    "people": {
        "key": "code", "employee_number": "number", "location": "location",
        "employment_type": "contract", "leave_from": "leave_from", "leave_to": "leave_to",
        "only": [["external", "=", False]],
    },
    "assignments": {
        "model": "personnel.seat", "key": "code", "person": "employee",
        "org_unit": "department", "manager": "supervisor", "job_title": "title",
        "job_family": "family", "fte": "fte", "is_primary": "main",
    },
    "org_units": {
        "model": "personnel.department.version", "unit": "department", "key": "code",
        "name": "name", "head": "head", "effective_from": "start_date",
    },
    "work_items": {
        "key": "code", "assignee": "assignee", "reporter": "reporter",
        "started_on": "start_date", "due_on": "due_date", "closed_at": "closed_at",
        "points": "effort_duration", "goals": ["goals"],
    },
    "status_categories": STATUS_CATEGORY,
    "goal_source": GOALS,
}  # fmt: skip
"""What leads the connector to these fields, so that the world's own keys come out."""
SELECTIONS: Final = {("project.work", "type"): [["project", "Project"], ["task", "Task"]]}


def types(model: str) -> dict[str, str]:
    """Type of every field of `model`. Raises KeyError, as Tryton does, for a stranger."""
    return _STORED | FIELDS[model]


class Site:
    """All records at `as_of`, by model and id."""

    def __init__(self, world: World, as_of: dt.datetime) -> None:
        self.as_of = as_of
        self.models: Models = {model: {} for model in FIELDS}
        said = observe.hr(world, as_of)
        cut = tracker(world, as_of)
        alive = pl.col("deleted_at").is_null() | (pl.col("deleted_at") > as_of)
        self._employees(said["people"], said["assignments"], cut["accounts"])
        self._units(said["org_units"], said["assignments"])
        self._works(cut["items"].filter(alive))
        self._lines(cut["worklogs"].filter(alive))

    def add(self, model: str, number: int, values: Record, made: Any, written: Any = None) -> None:
        """Put a record there; fields that are not given are empty."""
        record: Record = dict.fromkeys(types(model))
        self.models[model][number] = record | values | {
            "id": number, "create_date": made, "write_date": written,
        }  # fmt: skip

    def _employees(self, people: pl.DataFrame, seats: pl.DataFrame, accounts: pl.DataFrame) -> None:
        begin = dt.datetime(2016, 1, 1, tzinfo=dt.UTC)
        self.add("party.party", COMPANY, {"name": "Sample Company"}, begin)
        company = {"party": COMPANY, "rec_name": "Sample Company"}
        self.add("company.company", COMPANY, company, begin)
        main = seats.filter(pl.col("effective_to").is_null(), pl.col("is_primary") != False)  # noqa: E712
        leaders = dict(main.select("person_key", "manager_key").iter_rows())
        for row in people.iter_rows(named=True):
            values = {
                "code": row["person_key"], "number": row["employee_number"],
                "location": row["location"], "contract": row["employment_type"],
                "leave_from": row["leave_from"], "leave_to": row["leave_to"],
                "start_date": row["hired_on"], "end_date": row["left_on"],
                "supervisor": _number(leaders.get(row["person_key"])), "external": False,
            }  # fmt: skip
            number, at = int(row["person_key"]), row["updated_at"]
            self._employee(number, row["full_name"], row["work_email"], values, at)
        self.employee_of: dict[str, int] = {}
        for row in accounts.sort("created_at", "account").iter_rows(named=True):
            if row["person"] is not None:
                self.employee_of[row["account"]] = int(row["person"])
                continue
            number = EXTERNAL + len(self.employee_of)
            self.employee_of[row["account"]] = number
            yesterday = self.as_of.date() - dt.timedelta(days=1)
            ended = None if row["is_active"] else yesterday
            values = {"code": row["account"], "external": True, "end_date": ended}
            self._employee(number, row["display_name"], row["email"], values, row["created_at"])

    def _employee(
        self, number: int, name: str, email: str | None, values: Record, at: dt.datetime
    ) -> None:
        party = PARTY + number
        self.add("party.party", party, {"name": name, "email": email or "", "rec_name": name}, at)
        today = self.as_of.date()
        begins, ends = values.get("start_date"), values["end_date"]
        active = (begins or today) <= today <= (ends or today)
        more = {"party": party, "company": COMPANY, "active": active, "rec_name": name}
        self.add("company.employee", number, values | more, at)

    def _units(self, units: pl.DataFrame, seats: pl.DataFrame) -> None:
        for number, row in enumerate(units.iter_rows(named=True), 1):
            unit, at = int(row["org_unit_key"]), _midnight(row["effective_from"])
            self.add("personnel.department", unit, {"code": row["org_unit_key"]}, at)
            values = {
                "department": unit, "name": row["name"], "parent": _number(row["parent_key"]),
                "head": _number(row["head_key"]), "start_date": row["effective_from"],
            }  # fmt: skip
            self.add("personnel.department.version", number, values, at)
        for row in seats.iter_rows(named=True):
            values = {
                "code": row["assignment_key"], "employee": int(row["person_key"]),
                "department": int(row["org_unit_key"]), "supervisor": _number(row["manager_key"]),
                "title": row["job_title"], "family": row["job_family"], "fte": row["fte"],
                "main": row["is_primary"], "start_date": row["effective_from"],
                "end_date": row["effective_to"],
            }  # fmt: skip
            at = _midnight(row["effective_from"])
            self.add("personnel.seat", int(row["assignment_key"]), values, at)

    def _works(self, items: pl.DataFrame) -> None:
        begin = dt.datetime(2016, 1, 1, tzinfo=dt.UTC)
        for status, name in enumerate(STATUSES, 1):
            self.add("project.work.status", status, {"name": name, "progress": None}, begin)
        for status, (name, progress) in enumerate(STOCK_STATUSES.items(), len(STATUSES) + 1):
            values = {"name": name, "progress": progress}
            self.add("project.work.status", status, values, begin)
        there = set(items["item"])
        for row in items.iter_rows(named=True):
            number = int(row["item"])
            closed = row["status"] in CLOSED
            values = {
                "name": row["title"], "type": "project" if row["is_initiative"] else "task",
                "parent": _number(row["parent"]) if row["parent"] in there else None,
                "status": STATUSES.index(row["status"]) + 1, "code": row["item"],
                "effort_duration": _hours(row["points"]), "goals": row["goals"],
                "assignee": self.employee_of.get(row["assignee"]),
                "reporter": self.employee_of.get(row["reporter"]),
                "start_date": row["started_on"], "due_date": row["due_on"],
                "closed_at": row["status_since"] if closed else None,
            }  # fmt: skip
            made, written = row["created_at"], row["updated_at"]
            self.add("project.work", number, values, made, written if written != made else None)
            work = {"origin": f"project.work,{number}", "rec_name": row["title"]}
            self.add("timesheet.work", number, work, made)

    def _lines(self, worklogs: pl.DataFrame) -> None:
        works = self.models["timesheet.work"]
        for row in worklogs.iter_rows(named=True):
            if int(row["item"]) in works:
                values = {
                    "employee": self.employee_of[row["account"]], "work": int(row["item"]),
                    "date": row["started_at"].date(),
                    "duration": dt.timedelta(seconds=row["seconds"]),
                }  # fmt: skip
                self.add("timesheet.line", int(row["worklog"]), values, row["created_at"])


def _number(key: str | None) -> int | None:
    return None if key is None else int(key)


def _hours(points: float | None) -> dt.timedelta | None:
    return None if points is None else dt.timedelta(hours=points)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
