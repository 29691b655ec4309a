"""Which weekly rows have no number: small groups and what would tell of them (readings F2, F6).

Belongs here: who counts in a unit and week, what is hidden first, the week's pattern.
Does not belong here: the fixed point (`pattern`), numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from sandbox.truth.basis import TO_SUNDAY, Basis
from sandbox.truth.pattern import Kind, hidden_units
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
        units = self.basis.tree(sunday).parent
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


def hidden_rows(as_was: Groups, restated: Groups, minimum: int) -> dict[str, set[Key]]:
    """By org basis: rows without a number, those under 20 people included."""
    return {
        groups.basis.name: {
            (unit, week)
            for week in groups.basis.weeks()
            for unit in _hidden(groups, as_was, week, minimum)
        }
        for groups in (as_was, restated)
    }


def _hidden(groups: Groups, as_was: Groups, week: dt.date, minimum: int) -> frozenset[str]:
    units = groups.basis.tree(week + TO_SUNDAY).parent
    below = frozenset(u for u in units if len(groups.headcount(u, week)) < MINIMUM_PEOPLE)
    return below | hidden_by_pattern(groups, as_was, week, minimum)


def hidden_by_pattern(
    groups: Groups, as_was: Groups, week: dt.date, minimum: int
) -> frozenset[str]:
    """Units that the week's pattern hides in the basis of `groups`: all that monthly rows heed."""
    parent = groups.basis.tree(week + TO_SUNDAY).parent
    first = {
        unit
        for unit in parent
        if groups.is_small(unit, week, minimum)
        or any(0 < n < minimum for n in _apart(groups, as_was, unit, week))
    }
    return hidden_units(parent, groups.kinds(week), minimum, first)


def _apart(groups: Groups, as_was: Groups, unit: str, week: dt.date) -> tuple[int, int, int]:
    """How many people the unit's row of `groups` less that of as_was is about: who is in only one
    headcount, who of them can be observed, whose effort the rows hold in different amounts."""
    moved = groups.headcount(unit, week) ^ as_was.headcount(unit, week)
    then, now = as_was.workers(unit, week), groups.workers(unit, week)
    given = {w for w in {*then, *now} if round(then.get(w, 0) - now.get(w, 0), DIGITS)}
    return len(moved), len(moved & groups.observable[week]), len(given)
