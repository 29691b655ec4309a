"""Managers: the person behind the name that a row of seats reports to.

Belongs here: telling namesakes apart, and counting names that lead to nobody.
Does not belong here: seats themselves (`bamboohr_seats`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.hr.bamboohr_seats import Seat
from connectors.hr.bamboohr_tables import OPEN_END, folded


@dataclass
class Managers:
    """Who a manager's name in a row means; BambooHR writes names there, and no ids.

    One bearer of the name: that one. Several: the one whom the list of employees names for this
    employee today, or for others of the same unit; else the only one employed on the seat's first
    day; else nobody, counted in `unclear`. Nobody of that name is counted in `unknown`.
    """

    employed: dict[str, tuple[dt.date | None, dt.date | None]]
    bearers: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    of_employee: dict[tuple[str, str], str] = field(default_factory=dict)
    of_unit: defaultdict[tuple[str, str], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    unclear: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def learn(self, employees: Mapping[str, Mapping[str, Any]], seats: Iterable[Seat]) -> None:
        """Take the names of all, and whom the list of employees names as today's managers."""
        for key, employee in employees.items():
            last = employee.get("lastName")
            for first in filter(None, (employee.get("firstName"), employee.get("preferredName"))):
                self.bearers[folded(f"{first} {last or ''}")].add(key)
            name, manager = employee.get("reportsToName"), employee.get("reportsToId")
            if name and manager and str(manager) in employees:
                self.of_employee[key, folded(str(name))] = str(manager)
        for seat in seats:
            name = folded(seat.manager_name or "")
            known = self.of_employee.get((seat.person, name))
            if known and seat.until == OPEN_END:
                self.of_unit[seat.unit, name].add(known)

    def manager_of(self, seat: Seat) -> str | None:
        """The key of the person who leads in the seat."""
        if seat.manager_name is None:
            return None
        name = folded(seat.manager_name)
        bearers = self.bearers.get(name, set()) - {seat.person}
        if not bearers:
            self.unknown.add(seat.manager_name)
            return None
        if len(bearers) == 1:
            return next(iter(bearers))
        known = self.of_employee.get((seat.person, name))
        alike = self.of_unit.get((seat.unit, name), set())
        there = {key for key in bearers if self._was_employed(key, seat.starts)}
        for only in ({known} if known else set(), alike, there):
            if len(only) == 1:
                return next(iter(only))
        self.unclear.add(seat.manager_name)
        return None

    def _was_employed(self, key: str, day: dt.date) -> bool:
        hired, left = self.employed.get(key, (None, None))
        return (hired is None or hired <= day) and (left is None or day <= left)
