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
    """A group that is told: how many people, and of which cells, times what, its sum is the sum."""

    n_people: int
    combination: dict[Cell, Fraction]


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
    found = []
    for rows, members in _blocks(columns):
        block = [small[i] for i in members]
        for chosen, weights in _told_of(rows, [columns[i] for i in members], block, minimum):
            n_people = _n_people([block[i] for i in chosen])
            found.append(Told(n_people, free.cells_of(weights)))
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


def _told_of(
    rows: Sequence[Cell], columns: Sequence[Vector], block: Sequence[Alike], minimum: int
) -> Iterator[tuple[list[int], Vector]]:
    """Unions of columns of one block that are told, with the multiples of rows that tell them."""
    matrix = np.array(
        [[_residue(column.get(row, _ZERO)) for column in columns] for row in rows], dtype=np.int64
    )
    of = reduced(matrix)
    smaller: list[set[int]] = []
    for chosen in told_unions(of, _items(block), minimum - 1):
        if any(earlier <= set(chosen) for earlier in smaller):
            continue
        if _n_people([block[i] for i in chosen]) < minimum:
            weights = dict(zip(rows, of.weights(chosen), strict=True))
            _prove(weights, columns, chosen)
            smaller.append(set(chosen))
            yield chosen, weights


def _items(block: Sequence[Alike]) -> list[list[int]]:
    """What is put together: columns, and all columns of the same few people at once."""
    same: dict[frozenset[str], list[int]] = defaultdict(list)
    for i, alike in enumerate(block):
        if alike.people:
            same[alike.people].append(i)
    return [[i] for i in range(len(block))] + [both for both in same.values() if len(both) > 1]


def _residue(value: Fraction) -> int:
    return value.numerator * pow(value.denominator, -1, PRIME) % PRIME


def _prove(weights: Vector, columns: Sequence[Vector], chosen: Sequence[int]) -> None:
    """The multiples of rows are 1 on the chosen columns and 0 on all others, in fractions."""
    for i, column in enumerate(columns):
        value = sum((n * weights[row] for row, n in column.items()), _ZERO)
        if value != (i in chosen):
            raise ArithmeticError("what is told modulo a prime is not told in fractions")
