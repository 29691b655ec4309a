"""What can be worked out from sums that are all shown: the row space of cells × people.

Belongs here: who is in which cell, and which few people's sum follows. Does not belong here: which
cells a reader sees (`audit_weeks`, `audit_waves`), what to do about what is told (`audit`).

A cell is a sum over people. Whoever sees several cells knows every sum of multiples of them, and
nothing else: the row space of the matrix cells × people. A group of people is *told* where the
vector that is 1 for them and 0 for everybody else is in it; then the group's sum is known, whatever
was summed. So one matrix serves counts, sums, sums of squares and counts of a category alike.

People who are in the same cells are one column. In what tells a small group, columns of the minimum
of people and more come to 0, which leaves few rows free, in exact fractions; among these, unions of
up to four small columns are looked for, and each that is found is proved in fractions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from pipelines.audit_unions import PRIME, reduced, told_unions

Cell = Hashable
Vector = dict[Cell, Fraction]
_ZERO: Final = Fraction(0)


@dataclass(frozen=True, slots=True)
class Alike:
    """Amounts that are summed in the same cells, and whose they are.

    `people` names them where they are few and may be in several Alikes.
    """

    cells: frozenset[Cell]
    n_people: int
    people: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """A group that is told: how many people, and of which cells, times what, its sum is the sum.

    `needed`: the cells without any of which it would not be told.
    """

    n_people: int
    combination: dict[Cell, Fraction]
    needed: frozenset[Cell]


def told_groups(
    alikes: Iterable[Alike], above: Mapping[Cell, Cell | None], minimum: int
) -> list[Told]:
    """Groups of 1 to `minimum` − 1 people whose sum is known, without those made up of others.

    `above` holds every cell, with the next cell that it is a part of, where there is one: it makes
    the matrix thin and says nothing about what is told.
    """
    free = _FreeRows(above)
    small = []
    for alike in _merged(alikes):
        if alike.n_people < minimum:
            small.append(alike)
        else:
            free.leave_out(alike.cells)
    columns = [free.column(alike.cells) for alike in small]
    blocks = [
        _Block(rows, [columns[i] for i in members], [small[i] for i in members])
        for rows, members in _blocks(columns)
    ]
    found = []
    for block in blocks:
        for chosen in block.told(minimum):
            combination = free.cells_of(block.weights(chosen))
            needed = {cell for cell in combination if _is_settled(free.alone(cell), blocks)}
            group = [block.alikes[i] for i in chosen]
            found.append(Told(_n_people(group), combination, frozenset(needed)))
    return found


def _merged(alikes: Iterable[Alike]) -> list[Alike]:
    """One Alike for all of the same cells; those in no cell at all are left out."""
    same: dict[frozenset[Cell], list[Alike]] = defaultdict(list)
    for alike in alikes:
        if alike.cells and alike.n_people:
            same[alike.cells].append(alike)
    return [
        of[0] if len(of) == 1 else Alike(cells, _n_people(of), _named(of))
        for cells, of in same.items()
    ]


def _n_people(alikes: Sequence[Alike]) -> int:
    """Distinct people, who are all different where they are not named."""
    return len(_named(alikes)) + sum(alike.n_people for alike in alikes if not alike.people)


def _named(alikes: Sequence[Alike]) -> frozenset[str]:
    return frozenset[str]().union(*(alike.people for alike in alikes))


class _FreeRows:
    """Multiples of rows that come to 0 over every column left out: which rows stay free.

    A row is a cell less the next cells below it, so that most people are in one row a table.
    """

    def __init__(self, above: Mapping[Cell, Cell | None]) -> None:
        self._above = above
        self._bound: dict[Cell, Vector] = {}

    def leave_out(self, cells: frozenset[Cell]) -> None:
        """From now on, only combinations in which what is in these cells comes to 0."""
        demand = self.column(cells)
        if demand:
            row, factor = demand.popitem()
            self._bound[row] = {other: -n / factor for other, n in demand.items()}

    def column(self, cells: frozenset[Cell]) -> Vector:
        """How often what is in these cells counts in each free row."""
        rows: Vector = defaultdict(Fraction)
        for cell in cells:
            rows[cell] += 1
            if (over := self._above[cell]) is not None:
                rows[over] -= 1
        return self._resolved(rows)

    def cells_of(self, weights: Vector) -> Vector:
        """The multiples of cells that these multiples of free rows are."""
        of_row = {
            row: sum((n * weights.get(free, _ZERO) for free, n in self._free(row).items()), _ZERO)
            for row in self._above
        }
        of_cell = {
            cell: of_row[cell] - (_ZERO if over is None else of_row[over])
            for cell, over in self._above.items()
        }
        return {cell: n for cell, n in of_cell.items() if n}

    def alone(self, cell: Cell) -> Vector:
        """How much of the cell itself is in each free row."""
        rows: Vector = {cell: Fraction(1)}
        if (over := self._above[cell]) is not None:
            rows[over] = Fraction(-1)
        return self._resolved(rows)

    def _resolved(self, rows: Vector) -> Vector:
        found: Vector = defaultdict(Fraction)
        for row, n in rows.items():
            if n:
                for free, share in self._free(row).items():
                    found[free] += n * share
        return {row: n for row, n in found.items() if n}

    def _free(self, row: Cell) -> Vector:
        """A row in free rows: itself where it is free."""
        bound = self._bound.get(row)
        if bound is None:
            return {row: Fraction(1)}
        if any(other in self._bound for other in bound):
            self._bound[row] = bound = self._resolved(bound)
        return bound


def _blocks(columns: Sequence[Vector]) -> Iterator[tuple[list[Cell], list[int]]]:
    """(rows, columns) that have to do with one another; columns that are nowhere are in none."""
    block_of: dict[Cell, int] = {}
    blocks: dict[int, tuple[list[Cell], list[int]]] = {}
    for i, column in enumerate(columns):
        if not column:
            continue
        rows, members = [row for row in column if row not in block_of], [i]
        for joined in dict.fromkeys(block_of[row] for row in column if row in block_of):
            more_rows, more_members = blocks.pop(joined)
            rows += more_rows
            members += more_members
        blocks[i] = (rows, members)
        block_of.update(dict.fromkeys(rows, i))
    yield from blocks.values()


class _Block:
    """Columns of few people that have free rows in common, over these rows."""

    def __init__(
        self, rows: Sequence[Cell], columns: Sequence[Vector], alikes: Sequence[Alike]
    ) -> None:
        self.alikes = alikes
        self._rows = rows
        self._places = frozenset(rows)
        self._columns = columns
        self._reduced = reduced(
            np.array([[_residue(column.get(row, _ZERO)) for column in columns] for row in rows])
        )

    def told(self, minimum: int) -> Iterator[list[int]]:
        """Unions of columns of fewer than `minimum` people that are told, and no part of them."""
        smaller: list[set[int]] = []
        for chosen in told_unions(self._reduced, _items(self.alikes), minimum - 1):
            is_new = not any(part <= set(chosen) for part in smaller)
            if is_new and _n_people([self.alikes[i] for i in chosen]) < minimum:
                smaller.append(set(chosen))
                yield chosen

    def weights(self, chosen: Sequence[int]) -> Vector:
        """Multiples of rows that are 1 on the chosen columns and 0 on all others, proved so."""
        weights = dict(zip(self._rows, self._reduced.weights(chosen), strict=True))
        for i, column in enumerate(self._columns):
            value = sum((n * weights[row] for row, n in column.items()), _ZERO)
            if value != (i in chosen):
                raise ArithmeticError("what is told modulo a prime is not told in fractions")
        return weights

    def part_of(self, column: Vector) -> Vector:
        """What of a column is in this block's rows."""
        return {row: n for row, n in column.items() if row in self._places}

    def settles(self, column: Vector) -> bool:
        """Whether what is told settles the multiples of rows as far as the column asks for them."""
        residues = [_residue(column.get(row, _ZERO)) for row in self._rows]
        return self._reduced.is_settled(np.array(residues))


def _is_settled(column: Vector, blocks: Sequence[_Block]) -> bool:
    """Whether every combination that tells the same comes to the same on this column."""
    parts = [(block, block.part_of(column)) for block in blocks]
    n_rows = sum(len(part) for _, part in parts)
    return n_rows == len(column) and all(block.settles(part) for block, part in parts if part)


def _items(block: Sequence[Alike]) -> list[list[int]]:
    """What is put together: columns, and all columns of the same few people at once."""
    same: dict[frozenset[str], list[int]] = defaultdict(list)
    for i, alike in enumerate(block):
        if alike.people:
            same[alike.people].append(i)
    return [[i] for i in range(len(block))] + [both for both in same.values() if len(both) > 1]


def _residue(value: Fraction) -> int:
    return value.numerator * pow(value.denominator, -1, PRIME) % PRIME
