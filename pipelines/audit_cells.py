"""Sets of cells that sum over the same amounts, and trees of the cells that are shown.

Belongs here: what `audit_weeks` and `audit_waves` hand to the audit, and what they share.
Does not belong here: reading the marts, judging.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

from pipelines.audit_rowspace import Alike, Cell


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
