"""Combinations of rows that come to nothing over some columns: which rows stay free.

Belongs here: exact elimination of columns, sparse, in whole numbers and fractions. Does not belong
here: whose columns they are and what is told (`audit_rowspace`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction

Cell = Hashable
Number = int | Fraction
Vector = dict[Cell, Number]


class FreeRows:
    """Rows of a matrix, each a cell less the next cells below it, and columns left out.

    So most people are in one row a table. `above` holds every cell, with the next one that it is a
    part of, where there is one.
    """

    def __init__(self, above: Mapping[Cell, Cell | None]) -> None:
        self._above = above
        self._below: dict[Cell, list[Cell]] = defaultdict(list)
        for cell, over in above.items():
            if over is not None:
                self._below[over].append(cell)
        self._bound: dict[Cell, Vector] = {}

    def leave_out(self, column: Vector) -> None:
        """From now on, only combinations in which this column, in free rows, comes to 0."""
        demand = self.resolved(column)
        if demand:
            row, factor = demand.popitem()
            share = factor if factor in (1, -1) else Fraction(1) / factor
            self._bound[row] = {other: -n * share for other, n in demand.items()}

    def column(self, cells: frozenset[Cell]) -> Vector:
        """How often what is in these cells counts in each free row."""
        rows: Vector = defaultdict(int)
        for cell in cells:
            rows[cell] += 1
            if (over := self._above[cell]) is not None:
                rows[over] -= 1
        return self.resolved(rows)

    def alone(self, cell: Cell) -> Vector:
        """How much of the cell itself is in each free row."""
        rows: Vector = {cell: 1}
        if (over := self._above[cell]) is not None:
            rows[over] = -1
        return self.resolved(rows)

    def bound_to(self) -> dict[Cell, list[tuple[Cell, Number]]]:
        """By free row, the rows that have a part of it, itself among them, and how much."""
        found: dict[Cell, list[tuple[Cell, Number]]] = defaultdict(list)
        for row in self._above:
            for free, n in self._free(row).items():
                found[free].append((row, n))
        return found

    def cells_of(
        self, weights: Vector, bound_to: Mapping[Cell, Sequence[tuple[Cell, Number]]]
    ) -> Vector:
        """The multiples of cells that these multiples of free rows are."""
        cells: Vector = defaultdict(int)
        for free, weight in weights.items():
            for row, n in bound_to[free] if weight else ():
                cells[row] += n * weight
                for below in self._below.get(row, ()):
                    cells[below] -= n * weight
        return {cell: n for cell, n in cells.items() if n}

    def resolved(self, rows: Vector) -> Vector:
        """A column in rows that are free by now."""
        found: Vector = defaultdict(int)
        for row, n in rows.items():
            if n and row in self._bound:
                for free, share in self._free(row).items():
                    found[free] += n * share
            elif n:
                found[row] += n
        return {row: n for row, n in found.items() if n}

    def _free(self, row: Cell) -> Vector:
        """A row in free rows: itself where it is free."""
        bound = self._bound.get(row)
        if bound is None:
            return {row: 1}
        if any(other in self._bound for other in bound):
            self._bound[row] = bound = self.resolved(bound)
        return bound
