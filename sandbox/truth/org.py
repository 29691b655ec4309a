"""Units and seats on a day (readings P1, P2, P3).

Belongs here: the tree of a day, its repair, who sits where, who is employed.
Does not belong here: calendars of places, effort.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from sandbox.world import World

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Tree:
    """One day's units: `parent` after repair; `root` is the root with the largest subtree."""

    parent: dict[str, str | None]
    root: str | None

    def path(self, unit: str) -> list[str]:
        """The unit and all units above it, nearest first."""
        path = [unit]
        while (above := self.parent[path[-1]]) is not None:
            path.append(above)
        return path

    @cached_property
    def parents(self) -> frozenset[str]:
        """Units with a unit directly below."""
        return frozenset(above for above in self.parent.values() if above is not None)


class Seat(NamedTuple):
    """An assignment; `last` None is open."""

    seat: str
    unit: str
    fte: float
    is_primary: bool
    first: dt.date
    last: dt.date | None


class Place(NamedTuple):
    """A part of somebody's day: direct unit, its FTE, and the share of the day's effort."""

    unit: str | None
    fte: float
    share: float


class Organisation:
    """Trees by day, seats and employment by person, of a cut world."""

    def __init__(self, world: World) -> None:
        self.versions: dict[str, list[tuple[dt.date, str | None]]] = defaultdict(list)
        rows = world.units.sort("unit", "valid_from").select("unit", "valid_from", "parent").rows()
        for unit, first, parent in rows:
            self.versions[unit].append((first, parent))
        self.tree_days = sorted({first for _, first, _ in rows})
        self.people = {row["person"]: row for row in world.people.iter_rows(named=True)}
        self.seats: dict[str, list[Seat]] = defaultdict(list)
        for row in world.seats.sort("seat").iter_rows(named=True):
            fte = 1.0 if row["fte"] is None else row["fte"]
            seat = Seat(
                row["seat"],
                row["unit"],
                fte,
                bool(row["is_primary"]),
                row["effective_from"],
                row["effective_to"],
            )
            self.seats[row["person"]].append(seat)
        self._tree_of_version = lru_cache(maxsize=None)(self._build_tree)

    def is_unit(self, unit: str | None) -> bool:
        """Whether the HR system knows the unit at all."""
        return unit is not None and unit in self.versions

    def tree_version(self, day: dt.date) -> int:
        """Number of the tree that holds on `day`: 0 before the first unit."""
        return bisect.bisect_right(self.tree_days, day)

    def tree(self, day: dt.date) -> Tree:
        """The tree of a day."""
        return self._tree_of_version(self.tree_version(day))

    def tree_of_version(self, version: int) -> Tree:
        """The tree by its number."""
        return self._tree_of_version(version)

    def seats_on(self, person: str, day: dt.date) -> list[Seat]:
        """The day's seats; in a gap those that ended last, before the first those that begin
        first; none for a person who never had one."""
        seats = self.seats.get(person, [])
        here = [s for s in seats if s.first <= day and (s.last is None or day <= s.last)]
        if here or not seats:
            return here
        before = [s.last for s in seats if s.last is not None and s.last < day]
        if before:
            return [s for s in seats if s.last == max(before)]
        return [s for s in seats if s.first == min(s.first for s in seats)]

    def primary_unit(self, person: str, day: dt.date) -> str | None:
        """Unit of the primary seat on a day; None without a seat or where HR lacks the unit."""
        seats = self.seats_on(person, day)
        if not seats:
            return None
        unit = min(seats, key=lambda s: (not s.is_primary, -s.fte, s.seat)).unit
        return unit if self.is_unit(unit) else None

    def fte(self, person: str, day: dt.date) -> float:
        """A person's FTE on a day: the sum of the day's seats, 1 for a person without any."""
        seats = self.seats_on(person, day)
        return sum(s.fte for s in seats) if seats else 1.0

    def places(self, person: str | None, day: dt.date) -> list[Place]:
        """Where a worker's day counts (E6); None, an account that is nobody, is at the root."""
        tree = self.tree(day)
        seats = [] if person is None else self.seats_on(person, day)
        if not seats:
            return [Place(tree.root, 1.0, 1.0)]
        total = sum(s.fte for s in seats)
        return [
            Place(
                s.unit if s.unit in tree.parent else tree.root,
                s.fte,
                s.fte / total if total > 0 else 1 / len(seats),
            )
            for s in seats
        ]

    def is_employed(self, person: str, day: dt.date) -> bool:
        """Between the first and the last day employed."""
        row = self.people[person]
        hired, left = row["hired_on"], row["left_on"]
        return (hired is None or hired <= day) and (left is None or day <= left)

    def is_on_leave(self, person: str, day: dt.date) -> bool:
        """On a long leave."""
        row = self.people[person]
        first, last = row["leave_from"], row["leave_to"]
        return first is not None and first <= day and (last is None or day <= last)

    def change_days(self, person: str | None) -> set[dt.date]:
        """Days on which `places` may change."""
        days = set(self.tree_days)
        for seat in [] if person is None else self.seats.get(person, []):
            days.add(seat.first)
            if seat.last is not None:
                days.add(seat.last + ONE_DAY)
        return days

    def _build_tree(self, version: int) -> Tree:
        if version == 0:
            return Tree({}, None)
        day = self.tree_days[version - 1]
        current = {
            unit: [v for v in versions if v[0] <= day][-1]
            for unit, versions in self.versions.items()
            if versions[0][0] <= day
        }
        parent = {u: p if p in current else None for u, (_, p) in current.items()}
        for unit in sorted(parent):
            cycle = _cycle_through(unit, parent)
            if cycle:
                parent[max(cycle, key=lambda u: (current[u][0], u))] = None
        return Tree(parent, _largest_root(parent))


def _cycle_through(unit: str, parent: dict[str, str | None]) -> list[str]:
    path = [unit]
    seen = {unit}
    while (above := parent[path[-1]]) is not None:
        if above == unit:
            return path
        if above in seen:
            return []
        path.append(above)
        seen.add(above)
    return []


def _largest_root(parent: dict[str, str | None]) -> str | None:
    sizes: dict[str, int] = defaultdict(int)
    for unit in parent:
        at = unit
        while (above := parent[at]) is not None:
            at = above
        sizes[at] += 1
    return min(sizes, key=lambda root: (-sizes[root], root), default=None)
