"""Which weekly rows have no number: small groups and what tells of them (readings F2, F2b, F6).

Belongs here: who counts in a unit and week, what is hidden first, the week's pattern of each org
basis, what both together would tell.
Does not belong here: the fixed point (`pattern`), sums and differences of rows (`toldgroups`),
numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache

from sandbox.truth.basis import AS_WAS, TO_SUNDAY, Basis
from sandbox.truth.pattern import Forest, Kind, hidden_units
from sandbox.truth.rowamounts import RowAmounts, UnitRow, of_people
from sandbox.truth.toldgroups import rows_that_tell
from sandbox.truth.units import DIGITS, Cell
from sandbox.world import HR

MINIMUM_PEOPLE = 20
"""Headcount of a unit from which weekly numbers are shown."""
Key = tuple[str, dt.date]
"""A unit and a Monday."""
NOBODY: frozenset[str] = frozenset()


class Groups:
    """Workers (`hr:` people; accounts that are nobody) of each unit and Monday of a basis, once
    with its subtree and once direct. `observable` gives bare person keys of a Sunday."""

    def __init__(
        self,
        basis: Basis,
        cells: Mapping[Key, Cell],
        observable: Callable[[dt.date], set[str]],
    ) -> None:
        self.basis, self.cells = basis, cells
        self.observable = {
            week: frozenset(f"{HR}:{person}" for person in observable(week + TO_SUNDAY))
            for week in basis.weeks()
        }

    def parent(self, week: dt.date) -> dict[str, str | None]:
        """The tree whose units are the week's rows."""
        return self.basis.tree(week + TO_SUNDAY).parent

    def headcount(self, unit: str, week: dt.date) -> frozenset[str]:
        """People of the subtree who are there on the Sunday."""
        return self.basis.headcount.get((unit, week + TO_SUNDAY), NOBODY)

    def workers(self, unit: str, week: dt.date) -> dict[str, float]:
        """Who gave effort in the subtree, with the person-days."""
        cell = self.cells.get((unit, week))
        return cell.workers if cell else {}

    def kinds(self, week: dt.date) -> list[Kind]:
        """Headcount, workers and observable people of the week, by direct unit."""
        sunday = week + TO_SUNDAY
        units = self.parent(week)
        here = {u: self.basis.present.get((u, sunday), NOBODY) for u in units}
        return [
            Kind(own=here),
            Kind(own={u: self.basis.own_workers.get((u, week), NOBODY) for u in units}),
            Kind(own={u: people & self.observable[week] for u, people in here.items()}),
        ]

    def is_small(self, unit: str, week: dt.date, minimum: int) -> bool:
        """Whether the row itself is of too few people (F2)."""
        people = self.headcount(unit, week)
        some = (len(self.workers(unit, week)), len(people & self.observable[week]))
        return len(people) < minimum or any(0 < n < minimum for n in some)


class WeekPattern:
    """What is hidden of every week, by org basis. `groups` are of as_was and restated, in this
    order; `minimum` that of effort and reach."""

    def __init__(self, as_was: Groups, restated: Groups, minimum: int) -> None:
        self.as_was, self.minimum = as_was, minimum
        self.groups = {groups.basis.name: groups for groups in (as_was, restated)}
        self.amounts = RowAmounts(as_was.basis, restated.basis)
        self.hidden = lru_cache(maxsize=None)(self._hidden)

    def without_number(self) -> dict[str, set[Key]]:
        """By org basis: weekly rows without a number, those under 20 people included."""
        return {
            name: {
                (unit, week)
                for week in groups.basis.weeks()
                for unit in groups.parent(week)
                if len(groups.headcount(unit, week)) < MINIMUM_PEOPLE
                or unit in self.hidden(week)[name]
            }
            for name, groups in self.groups.items()
        }

    def _hidden(self, week: dt.date) -> dict[str, frozenset[str]]:
        """By org basis: units that the week's pattern hides, all that monthly rows heed."""
        alone = {name: self._hidden_alone(groups, week) for name, groups in self.groups.items()}
        shown = {
            (name, unit)
            for name, groups in self.groups.items()
            for unit in groups.parent(week)
            if unit not in alone[name]
        }
        told = self._told(shown, week)
        return {
            name: units | {unit for basis, unit in told if basis == name}
            for name, units in alone.items()
        }

    def _hidden_alone(self, groups: Groups, week: dt.date) -> frozenset[str]:
        """Units that a basis hides before both are looked at together (F2 and F4)."""
        first = {
            unit
            for unit in groups.parent(week)
            if groups.is_small(unit, week, self.minimum)
            or any(0 < n < self.minimum for n in _apart(groups, self.as_was, unit, week))
        }
        return hidden_units(groups.parent(week), groups.kinds(week), self.minimum, first)

    def _told(self, shown: set[UnitRow], week: dt.date) -> set[UnitRow]:
        """Shown rows that are hidden since both bases together would tell of a few people (F2b)."""
        there = {(name, u): self.groups[name].headcount(u, week) for name, u in shown}
        seen = {row: people & self.as_was.observable[week] for row, people in there.items()}
        kinds = [of_people(there), of_people(seen), *self.amounts.of_parts(week, shown)]
        return rows_that_tell(kinds, self.minimum, self._sizes(shown, week))

    def _sizes(
        self, shown: set[UnitRow], week: dt.date
    ) -> dict[UnitRow, tuple[bool, tuple[int, str]]]:
        """What `smallest` compares, restated rows first; roots are never hidden."""
        found = {}
        for name, groups in self.groups.items():
            parent, kinds = groups.parent(week), groups.kinds(week)
            forest = Forest(parent)
            for unit, above in parent.items():
                if above is not None and (name, unit) in shown:
                    here = list(forest.subtree(unit))
                    size = min(len(kind.people(here)) for kind in kinds)
                    found[name, unit] = (name == AS_WAS, (size, unit))
        return found


def _apart(groups: Groups, as_was: Groups, unit: str, week: dt.date) -> tuple[int, int, int]:
    """How many people the unit's row of `groups` less that of as_was is about: who is in only one
    headcount, who of them can be observed, whose effort the rows hold in different amounts."""
    moved = groups.headcount(unit, week) ^ as_was.headcount(unit, week)
    then, now = as_was.workers(unit, week), groups.workers(unit, week)
    given = {w for w in {*then, *now} if round(then.get(w, 0) - now.get(w, 0), DIGITS)}
    return len(moved), len(moved & groups.observable[week]), len(given)
