"""Sets of cells that sum over the same amounts, and who is in those of a tree of units.

Belongs here: what the parts of the audit hand to it, and what they share with the models that hide
rows beforehand. Does not belong here: reading marts and models, judging.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.audit_free_rows import Cell
from pipelines.audit_rowspace import Alike


@dataclass(frozen=True, slots=True)
class LinkedCells:
    """Cells over the same amounts: `about` says of what, for people; `tables` show them."""

    about: str
    tables: str
    above: Mapping[Cell, Cell | None]
    alikes: list[Alike]


@dataclass(frozen=True)
class Tree:
    """A tree of units: for each, the unit itself and those above it, the nearest first."""

    line: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, closure: Iterable[tuple[str, str, int]]) -> Tree:
        """From rows (ancestor, descendant, depth)."""
        above: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for ancestor, descendant, depth in closure:
            above[descendant].append((depth, ancestor))
        return cls({unit: tuple(a for _, a in sorted(line)) for unit, line in above.items()})

    def shown_above(self, unit: str, shown: frozenset[str]) -> tuple[str, ...]:
        """The shown units in whose rows the unit's people are, the nearest first."""
        return tuple(u for u in self.line.get(unit, ()) if u in shown)

    def next_above(self, shown: frozenset[str]) -> dict[str, str | None]:
        """For each shown unit the next one above it."""
        return {u: next(iter(self.shown_above(u, shown)[1:]), None) for u in sorted(shown)}


Place = tuple[dt.date, str]
"""Since when its tree is there, and a unit."""
Placed = tuple[tuple[Place, ...], tuple[str, ...], int, list[str]]
"""Units as they were and today's, how many people count in them, their ids where they are few."""


def alikes_of(
    placed: Iterable[Placed],
    as_was: Mapping[dt.date, Tree],
    restated: Tree,
    shown: Mapping[str, frozenset[str]],
) -> list[Alike]:
    """People by the shown rows (basis, unit) that they are in, whose units cover those below."""
    was_in: dict[Place, list[Cell]] = {}
    is_in: dict[str, list[Cell]] = {}
    found = []
    for was, is_now, n_people, people in placed:
        cells: set[Cell] = set()
        for place in was:
            if place not in was_in:
                above = as_was[place[0]].shown_above(place[1], shown["as_was"])
                was_in[place] = [("as_was", unit) for unit in above]
            cells.update(was_in[place])
        for unit in is_now:
            if unit not in is_in:
                above = restated.shown_above(unit, shown["restated"])
                is_in[unit] = [("restated", over) for over in above]
            cells.update(is_in[unit])
        found.append(Alike(frozenset(cells), n_people, frozenset(people)))
    return found


def rows_above(
    as_was: Tree, restated: Tree, shown: Mapping[str, frozenset[str]]
) -> dict[Cell, Cell | None]:
    """Each shown row (basis, unit) with the next one above it in the tree of its basis."""
    return {
        (basis, unit): None if over is None else (basis, over)
        for basis, tree in (("as_was", as_was), ("restated", restated))
        for unit, over in tree.next_above(shown[basis]).items()
    }
