"""Rows of an employee's tables, as BambooHR keeps them: each holds from its date on.

Belongs here: reading rows of any table, their order, what is in force on a day.
Does not belong here: which columns mean what (`bamboohr_seats`, `bamboohr_status`).

Rows come unsorted. Two rows of one day: the one entered later, with the greater id, counts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

OPEN_END: Final = dt.date(9999, 12, 31)
NO_DATES: Final = ("", "0000-00-00")

Id = tuple[int, str]
"""An id in the order of numbers: its number (0 if it is none), then its text."""


@dataclass(slots=True)
class Row:
    """A row in force from `day` until the day before `until`."""

    id: str
    employee: str
    day: dt.date
    values: dict[str, Any]
    page: int
    until: dt.date = OPEN_END

    def text(self, name: str | None) -> str | None:
        """The value of a field as text; None where it is empty."""
        value = self.values.get(name) if name else None
        return None if value is None or str(value).strip() == "" else str(value).strip()


@dataclass(frozen=True, slots=True)
class Odd:
    """A record that is no row: why, and its JSON."""

    why: str
    payload: str
    page: int


def order(text: str) -> Id:
    """An id as something to sort by."""
    return (int(text) if text.isdigit() else 0, text)


def day_of(value: Any) -> dt.date | None:
    """A date of BambooHR, None where it is unset. Raises ValueError and TypeError."""
    if value is None or value in NO_DATES:
        return None
    return dt.date.fromisoformat(value)


def folded(name: str) -> str:
    """A name to compare by: `Doe, Jane` is `jane doe`."""
    last, comma, first = name.partition(",")
    return " ".join(f"{first} {last}".split() if comma else name.split()).casefold()


def read_rows(numbered: Iterable[tuple[int, Any]]) -> tuple[list[Row], list[Odd]]:
    """The rows among (page, record), each id once, and the records that are none."""
    rows: dict[str, Row] = {}
    odd: dict[str, Odd] = {}
    for page, record in numbered:
        try:
            key, employee, day = record["id"], record["employeeId"], day_of(record["date"])
            if not isinstance(key, (str, int)) or not isinstance(employee, (str, int)):
                raise TypeError("id or employeeId is no single value")
            if day is None:
                raise ValueError("the row has no date")
            nested = [name for name, value in record.items() if isinstance(value, (dict, list))]
            if nested:
                raise TypeError(f"{', '.join(nested)} is no single value")
        except (KeyError, TypeError, ValueError) as error:
            payload = orjson.dumps(record).decode()
            odd[payload] = Odd(f"the row cannot be read ({_said(error)})", payload, page)
            continue
        rows[str(key)] = Row(str(key), str(employee), day, record, page)
    return list(rows.values()), list(odd.values())


def by_employee(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Each employee's rows, oldest first, one a day, with the day on which the next begins."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (order(row.employee), row.day, order(row.id))):
        mine = found[row.employee]
        if mine and mine[-1].day == row.day:
            mine.pop()
        if mine:
            mine[-1].until = row.day
        mine.append(row)
    return dict(found)


def in_force(rows: Sequence[Row], day: dt.date) -> Row | None:
    """The row of one employee that holds on a day."""
    begun = [row for row in rows if row.day <= day]
    return begun[-1] if begun else None


def runs(rows: Sequence[Row], names: frozenset[str], field: str) -> Iterator[list[Row]]:
    """Stretches of neighbouring rows whose `field` is one of `names`."""
    run: list[Row] = []
    for row in rows:
        if row.text(field) in names:
            run.append(row)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _said(error: Exception) -> str:
    return f"no {error}" if isinstance(error, KeyError) else str(error)
