"""The tree of units, read off the seats: BambooHR keeps levels of a person, and no tree.

Belongs here: which unit hangs under which from when, who leads it, rows that disagree.
Does not belong here: keys of units (`bamboohr_seats`), rows of tables.

A row says that each of its levels hangs under the next one above that is not empty. What most
people's rows say on a day holds; where today's rows disagree, each minority becomes a row with
the reason. A unit that no row names has no known place and is left out.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from connectors.hr.bamboohr_seats import Seat, UnitNames
from connectors.hr.bamboohr_tables import OPEN_END

NO_PARENT: Final = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """A row's days in its unit, until the person leaves: units from the top down, and manager."""

    path: tuple[str, ...]
    person: str
    manager: str | None
    starts: dt.date
    until: dt.date
    page: int


@dataclass(slots=True)
class Version:
    """A unit under a parent from a day on; `page` holds a row that says so."""

    unit: str
    parent: str
    starts: dt.date
    page: int
    until: dt.date = OPEN_END


def stays_of(seats: Iterable[Seat], left: Mapping[str, dt.date | None]) -> list[Stay]:
    """The stays of seats of Job Information; nobody stays after their last day."""
    found = []
    for seat in seats:
        last = left.get(seat.person)
        gone = last + dt.timedelta(days=1) if last else OPEN_END
        for row, path in zip(seat.rows, seat.paths, strict=True):
            until = min(row.until, gone)
            if row.day < until:
                found.append(Stay(path, seat.person, seat.manager, row.day, until, row.page))
    return found


class Tree:
    """Versions of all units, sorted by unit and day, and what the rows disagree on today."""

    def __init__(self, stays: Sequence[Stay], names: UnitNames) -> None:
        self._names = names
        self.versions: list[Version] = []
        self.disputed: list[dict[str, Any]] = []
        claims: defaultdict[str, list[tuple[dt.date, dt.date, str, int]]] = defaultdict(list)
        for stay in stays:
            parent = NO_PARENT
            for unit in stay.path:
                claims[unit].append((stay.starts, stay.until, parent, stay.page))
                parent = unit
        for unit in sorted(claims):
            self._unit(unit, claims[unit])
        self._heads = _Heads(stays)

    def rows(self) -> Iterator[dict[str, Any]]:
        """The units as rows of org_units, then those that state a dispute."""
        for version in self.versions:
            yield {
                "org_unit_key": version.unit,
                "name": self._names.names[version.unit],
                "parent_key": version.parent or None,
                "head_key": self._heads.head_of(version),
                "effective_from": version.starts,
                "page": version.page,
            }
        yield from self.disputed

    def _unit(self, unit: str, claims: list[tuple[dt.date, dt.date, str, int]]) -> None:
        """The versions of one unit: from each day on, the parent that most rows in force name."""
        changes: defaultdict[dt.date, list[tuple[str, int]]] = defaultdict(list)
        pages: dict[tuple[dt.date, str], int] = {}
        for starts, until, parent, page in claims:
            changes[starts].append((parent, 1))
            if until != OPEN_END:
                changes[until].append((parent, -1))
            pages[starts, parent] = page
        votes: Counter[str] = Counter()
        own: list[Version] = []
        for day in sorted(changes):
            for parent, step in changes[day]:
                votes[parent] += step
            most = max(votes.values())
            first = [parent for parent in sorted(votes) if votes[parent] == most]
            if most == 0 or (own and own[-1].parent in first):
                continue
            if own:
                own[-1].until = day
            page = pages.get((day, first[0]), claims[0][3])
            own.append(Version(unit, first[0], day, page))
        own[0].starts = min(own[0].starts, self._names.created.get(unit, OPEN_END))
        self.versions += own
        self._disputes(own[-1], votes)

    def _disputes(self, version: Version, votes: Counter[str]) -> None:
        for parent, n in sorted(votes.items()):
            if n == 0 or parent == version.parent:
                continue
            row = {
                "org_unit_key": version.unit,
                "name": self._names.names[version.unit],
                "parent_key": parent or None,
                "effective_from": version.starts,
                "page": version.page,
            }
            said = orjson.dumps(row, default=str).decode()
            self.disputed.append(row | {"unreadable": self._words(version, parent, n, votes)})
            self.disputed[-1]["payload"] = said

    def _words(self, version: Version, parent: str, n: int, votes: Counter[str]) -> str:
        above, other = (
            f"`{self._names.names[key]}`" if key else "no unit" for key in (version.parent, parent)
        )
        return (
            f"parent_key: {votes[version.parent]} row(s) of today put "
            f"`{self._names.names[version.unit]}` under {above}, which is taken, but {n} under "
            f"{other}: mend their Job Information, or give the units different names"
        )


class _Heads:
    """Who leads a unit: the one of its people to whom most of it report.

    Counted are the stays in the unit and in the units just below it, whose managers sit in the
    unit itself; of a version its last ones.
    """

    def __init__(self, stays: Sequence[Stay]) -> None:
        sits: defaultdict[tuple[str, str], list[Stay]] = defaultdict(list)
        for stay in stays:
            sits[stay.person, stay.path[-1]].append(stay)
        self._reports: defaultdict[str, list[Stay]] = defaultdict(list)
        for stay in stays:
            for unit in stay.path[-2:]:
                there = sits.get((stay.manager or "", unit), ())
                if any(one.starts < stay.until and stay.starts < one.until for one in there):
                    self._reports[unit].append(stay)

    def head_of(self, version: Version) -> str | None:
        """The head in the newest days of a version; None where nobody is."""
        ends = [
            (min(stay.until, version.until), stay.manager or "")
            for stay in self._reports.get(version.unit, ())
            if stay.starts < version.until and version.starts < stay.until
        ]
        if not ends:
            return None
        last = max(end for end, _ in ends)
        votes = Counter(manager for end, manager in ends if end == last)
        return min(votes, key=lambda manager: (-votes[manager], manager))
