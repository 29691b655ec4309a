"""People: what the list of employees, the dataset, the status table and the changes say of each.

Belongs here: which answer gives which column of people, and who is in scope.
Does not belong here: pages (`bamboohr_rows`), what a status means (`bamboohr_status`), seats.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
import polars as pl

from connectors.hr.bamboohr_settings import BambooHRSettings
from connectors.hr.bamboohr_status import Status, status_on
from connectors.hr.bamboohr_tables import NO_DATES, Row, day_of, in_force
from connectors.records import Reader, table

Numbered = tuple[int, Any]
"""A record and the page that it came from."""
_UNKNOWN: Final = Status()


class People:
    """Everybody of one read, by employee id, as of `today`."""

    def __init__(self, settings: BambooHRSettings, today: dt.date) -> None:
        self._mapping, self._only = settings.mapping, settings.only_employment_types
        self._today = today
        self._listed: list[Numbered] = []
        self._numbers: dict[str, dict[str, Any]] = {}
        self._changed: Mapping[str, Any] = {}
        self._jobs: Mapping[str, Sequence[Row]] = {}
        self._statuses: dict[str, Status] = {}
        self.employees: dict[str, dict[str, Any]] = {}

    def learn(
        self,
        listed: list[Numbered],
        numbers: list[Numbered],
        changed: Mapping[str, Any],
        statuses: Mapping[str, Sequence[Row]],
        jobs: Mapping[str, Sequence[Row]],
    ) -> None:
        """Take in what the pages hold; `statuses` and `jobs` are rows by employee."""
        self._listed, self._changed, self._jobs = listed, changed, jobs
        for _, record in listed:
            if isinstance(record, dict) and isinstance(record.get("employeeId"), (str, int)):
                self.employees[str(record["employeeId"])] = record
        for _, record in numbers:
            fields = record.get("fields") if isinstance(record, dict) else None
            if isinstance(fields, dict):
                self._numbers[str(fields.get("eeid"))] = fields
        for key in {*self.employees, *statuses}:
            self._statuses[key] = status_on(statuses.get(key, ()), self._today, self._mapping)

    def is_read(self, key: str) -> bool:
        """Whether they are there still, and the scope of the source takes them in.

        Who has no known type stays: the key may not see their status.
        """
        if (self._changed.get(key) or {}).get("action") == "Deleted":
            return False
        kind = self.status_of(key).employment_type
        return not self._only or kind is None or kind in self._only

    def status_of(self, key: str) -> Status:
        """What the status table says of somebody."""
        return self._statuses.get(key, _UNKNOWN)

    def employed(self) -> dict[str, tuple[dt.date | None, dt.date | None]]:
        """The first and the last day of each."""
        return {
            key: (_day(one.get("hireDate")), _day(self._left(key)))
            for key, one in self.employees.items()
        }

    def without_end(self) -> list[str]:
        """Employees whom BambooHR calls inactive, who have begun, and who have no last day."""
        return [
            key
            for key, (first, last) in self.employed().items()
            if self.employees[key].get("status") == "Inactive"
            and first is not None
            and first <= self._today
            and last is None
        ]

    def rows(self) -> pl.DataFrame:
        """The rows of people in scope, and records that are no employee."""
        chosen = [one for one in self._listed if self._is_shown(one[1])]
        pages, records = [page for page, _ in chosen], [record for _, record in chosen]
        return table(records, pages, self._readers())

    def _is_shown(self, record: Any) -> bool:
        key = record.get("employeeId") if isinstance(record, dict) else None
        return not isinstance(key, (str, int)) or self.is_read(str(key))

    def _readers(self) -> dict[str, Reader]:
        number, extra = self._mapping.employee_number_field, self._mapping.extra_fields
        readers: dict[str, Reader] = {
            "person_key": lambda found: [_id(one) for one in found],
            "employee_number": lambda found: [
                self._numbers.get(_id(one), {}).get(number) for one in found
            ],
            "work_email": lambda found: [one.get("workEmail") for one in found],
            "full_name": lambda found: [_name(one) for one in found],
            "location": lambda found: [self._location(one) for one in found],
            "employment_type": lambda found: [
                self.status_of(_id(one)).employment_type for one in found
            ],
            "leave_from": lambda found: [
                _text(self.status_of(_id(one)).leave_from) for one in found
            ],
            "leave_to": lambda found: [_text(self.status_of(_id(one)).leave_to) for one in found],
            "hired_on": lambda found: [one.get("hireDate") for one in found],
            "left_on": lambda found: [self._left(_id(one)) for one in found],
            "updated_at": lambda found: [
                (self._changed.get(_id(one)) or {}).get("lastChanged") for one in found
            ],
        }
        if extra:
            readers["extra"] = lambda found: [
                orjson.dumps({name: one.get(name) for name in extra}).decode() for one in found
            ]
        return readers

    def _location(self, employee: dict[str, Any]) -> str | None:
        """Today's place; of somebody who has not begun yet, that of their first row."""
        now = employee.get("locationName")
        rows = self._jobs.get(_id(employee), ())
        if now or not rows or in_force(rows, self._today):
            return now
        return rows[0].text("location")

    def _left(self, key: str) -> str | None:
        """The last day employed, as text: of the dataset, else of the employment status."""
        said = self._numbers.get(key, {}).get(self._mapping.left_field)
        if said is not None and said not in NO_DATES:
            return str(said)
        return _text(self.status_of(key).left_on)


def _id(employee: dict[str, Any]) -> str:
    key = employee["employeeId"]
    if not isinstance(key, (str, int)):
        raise TypeError(f"employeeId is {type(key).__name__}")
    return str(key)


def _name(employee: dict[str, Any]) -> str | None:
    parts = [employee.get("firstName"), employee.get("lastName")]
    return " ".join(part for part in parts if part) or None


def _text(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: Any) -> dt.date | None:
    """A date, None where there is none or none that can be read: `edge` judges the column."""
    try:
        return day_of(text)
    except (TypeError, ValueError):
        return None
