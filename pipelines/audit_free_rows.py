"""Combinations of rows that come to nothing over some columns: which rows stay free.

Belongs here: exact elimination of columns, sparse, in whole numbers and fractions. Does not belong
here: whose columns they are and what is told (`audit_rowspace`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
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

    def cells_of(self, weights: Vector) -> Vector:
        """The multiples of cells that these multiples of free rows are."""
        of_row = {
            row: sum(n * weights.get(free, 0) for free, n in self._free(row).items())
            for row in self._above
        }
        of_cell = {
            cell: of_row[cell] - (0 if over is None else of_row[over])
            for cell, over in self._above.items()
        }
        return {cell: n for cell, n in of_cell.items() if n}

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
