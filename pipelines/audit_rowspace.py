"""What can be worked out from sums that are all shown: the row space of cells × people.

Belongs here: who is in which cell, and which few people's sum follows. Does not belong here: which
cells a reader sees (`audit_weeks`, `audit_waves`), what to do about what is told (`audit`).

A cell is a sum over people. Whoever sees several cells knows every sum of multiples of them, and
nothing else: the row space of the matrix cells × people. A group of people is *told* where the
vector that is 1 for them and 0 for everybody else is in it; then the group's sum is known, whatever
was summed. So one matrix serves counts, sums, sums of squares and counts of a category alike.

People who are in the same cells are one column. In what tells a small group, columns of the minimum
of people and more come to 0, and so do those on cycles, which leaves few rows free, exactly; among
these, unions of up to four small columns are looked for, and each that is found is proved exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.audit_cycles import on_cycles
from pipelines.audit_free_rows import Cell, FreeRows, Number, Vector
from pipelines.audit_unions import PRIME, reduced, told_unions


@dataclass(frozen=True, slots=True)
class Alike:
    """Amounts that are summed in the same cells, and whose they are.

    `people` names those of them who may be in several Alikes.
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
    combination: Vector
    needed: frozenset[Cell]


def told_groups(
    alikes: Iterable[Alike], above: Mapping[Cell, Cell | None], minimum: int
) -> list[Told]:
    """Groups of 1 to `minimum` − 1 people whose sum is known, without those made up of others.

    `above` holds every cell, with the next cell that it is a part of, where there is one: it makes
    the matrix thin and says nothing about what is told.
    """
    return Sums(alikes, above, minimum).told()


class Sums:
    """Cells that sum the same amounts, of which one after the other can be hidden."""

    def __init__(
        self, alikes: Iterable[Alike], above: Mapping[Cell, Cell | None], minimum: int
    ) -> None:
        self._minimum = minimum
        self._free = FreeRows(above)
        merged = _merged(alikes)
        for alike in merged:
            if alike.n_people >= minimum:
                self._free.leave_out(self._free.column(alike.cells))
        self._few = [
            (self._free.column(alike.cells), alike) for alike in merged if alike.n_people < minimum
        ]
        self._narrow()

    def hide(self, cell: Cell) -> None:
        """From now on without this cell: no combination has a multiple of it."""
        self._free.leave_out(self._free.alone(cell))
        self._narrow()

    def told(self) -> list[Told]:
        """Groups of 1 to minimum − 1 people whose sum is known, without those made up of others."""
        blocks = [_Block(rows, columns) for rows, columns in _blocks(self._few)]
        bound_to = self._free.bound_to() if blocks else {}
        settled: dict[Cell, bool] = {}
        found = []
        for block in blocks:
            for chosen in block.told(self._minimum):
                combination = self._free.cells_of(block.weights(chosen), bound_to)
                for cell in combination.keys() - settled.keys():
                    settled[cell] = _is_settled(self._free.alone(cell), blocks)
                needed = frozenset(cell for cell in combination if settled[cell])
                people = _n_people([block.alikes[i] for i in chosen])
                found.append(Told(people, combination, needed))
        return found

    def _narrow(self) -> None:
        """Keep, in free rows, the columns of few people that may be told; leave out all others.

        Columns that are the same in free rows are told together or not at all: they become one.
        """
        while True:
            same: dict[frozenset[tuple[Cell, Number]], list[Alike]] = defaultdict(list)
            for column, alike in self._few:
                if resolved := self._free.resolved(column):
                    same[frozenset(resolved.items())].append(alike)
            self._few = [(dict(key), _together(of)) for key, of in same.items()]
            out = [column for column, alike in self._few if alike.n_people >= self._minimum]
            out = out or on_cycles(column for column, _ in self._few)
            if not out:
                return
            for column in out:
                self._free.leave_out(column)


def _merged(alikes: Iterable[Alike]) -> list[Alike]:
    """One Alike for all of the same cells; those in no cell at all are left out."""
    same: dict[frozenset[Cell], list[Alike]] = defaultdict(list)
    for alike in alikes:
        if alike.cells and alike.n_people:
            same[alike.cells].append(alike)
    return [_together(of) for of in same.values()]


def _together(alikes: Sequence[Alike]) -> Alike:
    if len(alikes) == 1:
        return alikes[0]
    return Alike(alikes[0].cells, _n_people(alikes), _named(alikes))


def _n_people(alikes: Sequence[Alike]) -> int:
    """Distinct people, who are all different where they are not named."""
    return len(_named(alikes)) + sum(alike.n_people - len(alike.people) for alike in alikes)


def _named(alikes: Sequence[Alike]) -> frozenset[str]:
    return frozenset[str]().union(*(alike.people for alike in alikes))


def _blocks(
    columns: Sequence[tuple[Vector, Alike]],
) -> Iterator[tuple[list[Cell], list[tuple[Vector, Alike]]]]:
    """Rows and columns that have to do with one another."""
    block_of: dict[Cell, int] = {}
    blocks: dict[int, tuple[list[Cell], list[tuple[Vector, Alike]]]] = {}
    for i, (column, alike) in enumerate(columns):
        rows, members = [row for row in column if row not in block_of], [(column, alike)]
        for joined in dict.fromkeys(block_of[row] for row in column if row in block_of):
            more_rows, more_members = blocks.pop(joined)
            rows += more_rows
            members += more_members
        blocks[i] = (rows, members)
        block_of.update(dict.fromkeys(rows, i))
    yield from blocks.values()


class _Block:
    """Columns of few people that have free rows in common, over these rows."""

    def __init__(self, rows: Sequence[Cell], columns: Sequence[tuple[Vector, Alike]]) -> None:
        self.alikes = [alike for _, alike in columns]
        self._columns = [column for column, _ in columns]
        self._place = {row: i for i, row in enumerate(rows)}
        matrix = np.zeros((len(rows), len(columns)), dtype=np.int64)
        for i, column in enumerate(self._columns):
            for row, n in column.items():
                matrix[self._place[row], i] = _residue(n)
        self._reduced = reduced(matrix)

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
        weights: Vector = dict(zip(self._place, self._reduced.weights(chosen), strict=True))
        for i, column in enumerate(self._columns):
            if sum(n * weights[row] for row, n in column.items()) != (i in chosen):
                raise ArithmeticError("what is told modulo a prime is not told in fractions")
        return weights

    def part_of(self, column: Vector) -> Vector:
        """What of a column is in this block's rows."""
        return {row: n for row, n in column.items() if row in self._place}

    def settles(self, column: Vector) -> bool:
        """Whether what is told settles the multiples of rows as far as the column asks for them."""
        residues = np.zeros(len(self._place), dtype=np.int64)
        for row, n in column.items():
            residues[self._place[row]] = _residue(n)
        return self._reduced.is_settled(residues)


def _is_settled(column: Vector, blocks: Sequence[_Block]) -> bool:
    """Whether every combination that tells the same comes to the same on this column."""
    parts = [(block, block.part_of(column)) for block in blocks]
    n_rows = sum(len(part) for _, part in parts)
    return n_rows == len(column) and all(block.settles(part) for block, part in parts if part)


def _items(block: Sequence[Alike]) -> list[list[int]]:
    """What is put together: columns, and all columns of the same few people at once."""
    same: dict[frozenset[str], list[int]] = defaultdict(list)
    for i, alike in enumerate(block):
        if len(alike.people) == alike.n_people:
            same[alike.people].append(i)
    return [[i] for i in range(len(block))] + [both for both in same.values() if len(both) > 1]


def _residue(value: Number) -> int:
    if isinstance(value, int):
        return value % PRIME
    return value.numerator * pow(value.denominator, -1, PRIME) % PRIME
