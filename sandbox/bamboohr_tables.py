"""The sample company's seats and contracts as rows of BambooHR's tables.

Belongs here: which rows there are, from which day, in which table; levels of units.
Does not belong here: today's view of an employee, lists (`bamboohr_site`), HTTP.

BambooHR has no last day of a seat: the next row ends it, and where nothing follows, a row that
names no unit. A re-organisation gives everybody below it a row with the new levels.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any, Final

import polars as pl

from sandbox import bamboohr_payloads as payloads
from sandbox.world import World

DAY: Final = dt.timedelta(days=1)
SHUFFLE: Final = 7_919
"""A prime by which rows are put out of order, always the same way."""


class Levels:
    """On which level of BambooHR each unit of the company stands, and the levels of a day."""

    def __init__(self, world: World) -> None:
        self._versions: defaultdict[str, list[tuple[dt.date, str | None]]] = defaultdict(list)
        for row in world.units.sort("valid_from").to_dicts():
            self._versions[row["unit"]].append((row["valid_from"], row["parent"]))
        self.names = dict(world.units.select("unit", "name").rows())
        self.born = {unit: versions[0][0] for unit, versions in self._versions.items()}
        self.field_of: dict[str, str] = {}
        for unit in self._versions:
            depth = self._depth(unit, ())
            if depth >= len(payloads.ORG_LEVELS):
                raise ValueError(f"unit {unit} is {depth} levels down, which no field is for")
            self.field_of[unit] = payloads.ORG_LEVELS[depth]
        self.changes = sorted({day for own in self._versions.values() for day, _ in own[1:]})

    def values(self, unit: str | None, day: dt.date) -> dict[str, str | None]:
        """The fields of all levels for somebody in `unit` on a day, by option names."""
        found: dict[str, str | None] = dict.fromkeys(payloads.ORG_LEVELS)
        while unit is not None:
            found[self.field_of[unit]] = self.names[unit]
            unit = self._parent(unit, day)
        return found

    def _parent(self, unit: str, day: dt.date) -> str | None:
        versions = self._versions[unit]
        begun = [parent for since, parent in versions if since <= day]
        return begun[-1] if begun else versions[0][1]

    def _depth(self, unit: str, below: tuple[str, ...]) -> int:
        """The longest way up over all time, so that a unit never changes its level."""
        if unit in below:
            raise ValueError(f"unit {unit} has been above and below the same unit")
        above = {parent for _, parent in self._versions[unit] if parent is not None}
        return max((self._depth(parent, (*below, unit)) + 1 for parent in above), default=0)


def rows_of(world: World, levels: Levels, today: dt.date) -> dict[str, list[dict[str, Any]]]:
    """By table: the rows that HR knows on a day, out of order.

    A row's `manager` is the manager's key, which BambooHR does not show.
    """
    people = world.people.filter(pl.col("hired_on") <= today).to_dicts()
    seats: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    known = world.seats.filter(pl.col("effective_from") <= today)
    for seat in known.sort("person", "effective_from", pl.col("seat").cast(pl.Int64)).to_dicts():
        if seat["effective_to"] and seat["effective_to"] > today:
            seat["effective_to"] = None
        seats[seat["person"]].append(seat)
    names = dict(world.people.select("person", "full_name").rows())
    jobs, roles, statuses = [], [], []
    for person in people:
        first, second = _tracks(seats[person["person"]])
        jobs += _job_rows(person, first, levels, names, today)
        roles += _role_rows(person, second, levels, names)
        statuses += _status_rows(person, today)
    tables = {"jobInfo": jobs, payloads.SECOND: roles, "employmentStatus": statuses}
    return {name: sorted(rows, key=_shuffled) for name, rows in tables.items()}


def _tracks(seats: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Seats one after the other, and those held beside them."""
    first: list[dict[str, Any]] = []
    second: list[dict[str, Any]] = []
    for seat in seats:
        ended = not first or (
            first[-1]["effective_to"] is not None
            and first[-1]["effective_to"] < seat["effective_from"]
        )
        (first if ended else second).append(seat)
    return first, second


def _job_rows(
    person: dict[str, Any],
    seats: list[dict[str, Any]],
    levels: Levels,
    names: dict[str, str],
    today: dt.date,
) -> list[dict[str, Any]]:
    """Rows of Job Information: from the first day on, even before the first seat."""
    key, place = person["person"], person["location"]
    rows = []
    if not seats or seats[0]["effective_from"] > person["hired_on"]:
        rows.append(_job(f"5{key}", key, person["hired_on"], place, levels.values(None, today)))
    for n, seat in enumerate(seats):
        start, end = seat["effective_from"], seat["effective_to"]
        days = [start] + [
            day
            for day in levels.changes
            if start < day <= min(end or today, person["left_on"] or today, today)
            and levels.values(seat["unit"], day) != levels.values(seat["unit"], day - DAY)
        ]
        for part, day in enumerate(days):
            number = f"4{part}{seat['seat']}" if part else seat["seat"]
            row = _job(number, key, day, place, levels.values(seat["unit"], day))
            rows.append(row | _filled(seat, names))
        follows = seats[n + 1]["effective_from"] if n + 1 < len(seats) else None
        if end and follows != end + DAY:
            empty = levels.values(None, end)
            rows.append(_job(f"3{seat['seat']}", key, end + DAY, place, empty))
    return rows


def _job(
    number: str, key: str, day: dt.date, place: str | None, levels: dict[str, str | None]
) -> dict[str, Any]:
    row = {"id": number, "employeeId": key, "date": day.isoformat(), "location": place, **levels}
    nothing = ("jobTitle", "reportsTo", payloads.FTE, payloads.FAMILY, payloads.PRIMARY, "manager")
    return row | dict.fromkeys(nothing)


def _filled(seat: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {
        "jobTitle": seat["title"],
        "reportsTo": names.get(seat["manager"]),
        payloads.FTE: _number(seat["fte"]),
        payloads.FAMILY: seat["family"],
        payloads.PRIMARY: _yes(seat["is_primary"]),
        "manager": seat["manager"],
    }


def _role_rows(
    person: dict[str, Any], seats: list[dict[str, Any]], levels: Levels, names: dict[str, str]
) -> list[dict[str, Any]]:
    """Rows of the company's own table of second roles."""
    rows = []
    for seat in seats:
        head = {"id": seat["seat"], "employeeId": person["person"]}
        told = {
            "date": seat["effective_from"].isoformat(),
            payloads.ROLE_UNIT: levels.names[seat["unit"]],
            payloads.ROLE_TITLE: seat["title"],
            payloads.ROLE_MANAGER: names.get(seat["manager"]),
            payloads.ROLE_FAMILY: seat["family"],
            payloads.ROLE_FTE: _number(seat["fte"]),
            payloads.ROLE_PRIMARY: _yes(seat["is_primary"]),
        }
        rows.append(head | told)
        if seat["effective_to"]:
            nothing = dict.fromkeys(told) | {"date": (seat["effective_to"] + DAY).isoformat()}
            rows.append(head | {"id": f"3{seat['seat']}"} | nothing)
    return rows


def _status_rows(person: dict[str, Any], today: dt.date) -> list[dict[str, Any]]:
    """Contract, leave, contract again, end: each from its day."""
    leave_to = person["leave_to"]
    left = person["left_on"]
    steps = [
        (person["hired_on"], person["employment_type"]),
        (person["leave_from"], payloads.LEAVE),
        (leave_to + DAY if leave_to and leave_to <= today else None, person["employment_type"]),
        (left if left and left <= today else None, payloads.TERMINATED),
    ]
    return [
        {
            "id": f"{6 + n}{person['person']}",
            "employeeId": person["person"],
            "date": day.isoformat(),
            "employmentStatus": status,
            "terminationTypeId": None,
        }
        for n, (day, status) in enumerate(steps)
        if day is not None and (day <= today or n == 2)
    ]


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"


def _yes(value: bool | None) -> str | None:
    return None if value is None else "Yes" if value else "No"


def _shuffled(row: dict[str, Any]) -> tuple[int, str]:
    return (int(row["id"]) * SHUFFLE % 10_007, row["id"])
