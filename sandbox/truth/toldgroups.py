"""Groups of a few people that sums and differences of shown rows tell of (reading F2b).

Belongs here: the row space of shown rows, the small groups in it, the rows without which they are
not told, hiding row by row until none is told. Does not belong here: who is in which row
(`rowamounts`), what else hides a row (`pattern`).

A row is the sum of the amounts that it holds. By amounts that no row tells apart (a class), rows
are a matrix of 0 and 1; a group is told where its own row of 0 and 1 is a sum of multiples of
rows: where it stands at right angles to all that every row does (the null space). Arithmetic is
modulo a prime, and exact as long as that divides no determinant of shown rows. The rows of a tree
are nested, and two nestings have determinants of -1, 0 and 1; only the few people whom several
units count can make them greater, and none comes near the prime.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

PRIME = 2**31 - 1
"""Products of two numbers below it fit into 64 bits."""

Row = Hashable
Classes = Mapping[frozenset[Row], frozenset[str]]
"""Of one kind of amounts: whose they are, by the rows that hold them."""
Group = frozenset[int]
"""Classes by their number in a `RowSpace`."""


def classes_of(amounts: Iterable[tuple[str, frozenset[Row]]]) -> dict[frozenset[Row], set[str]]:
    """Amounts (a person, the rows that hold it) that no row tells apart, together."""
    found: dict[frozenset[Row], set[str]] = defaultdict(set)
    for person, rows in amounts:
        found[rows].add(person)
    return found


def rows_that_tell(kinds: Sequence[Classes], minimum: int, sizes: Mapping[Row, Any]) -> set[Row]:
    """Rows to hide so that no group of fewer than `minimum` people is told in any of `kinds`.

    One row a round: of those without which some told group would not be told, the smallest;
    where there is none, the smallest of all. `sizes` compares the rows that may be hidden."""
    hidden: set[Row] = set()
    while True:
        needed = [
            space.needed(group)
            for kind in kinds
            for space in [RowSpace(_without(kind, hidden))]
            for group in space.told(minimum)
        ]
        left = sizes.keys() - hidden
        if not needed or not left:
            return hidden
        hidden.add(min(set().union(*needed) & left or left, key=sizes.__getitem__))


def _without(classes: Classes, hidden: set[Row]) -> Classes:
    """The classes that the rows left tell apart; amounts in none of them are told by nobody."""
    found = classes_of((who, rows - hidden) for rows, people in classes.items() for who in people)
    found.pop(frozenset(), None)
    return found


class RowSpace:
    """All sums of multiples of the rows that hold `classes`."""

    def __init__(self, classes: Classes) -> None:
        self.people = list(classes.values())
        vectors: dict[Row, set[int]] = defaultdict(set)
        for column, rows in enumerate(classes):
            for row in rows:
                vectors[row].add(column)
        self.alike: dict[frozenset[int], list[Row]] = defaultdict(list)
        for row, columns in vectors.items():
            self.alike[frozenset(columns)].append(row)
        n_rows, n_columns = len(self.alike), len(self.people)
        matrix = np.zeros((n_rows, n_columns + n_rows), dtype=np.int64)
        for number, columns in enumerate(self.alike):
            matrix[number, list(columns)] = 1
            matrix[number, n_columns + number] = 1
        self.pivots = _reduce(matrix, n_columns)
        rank = len(self.pivots)
        self.reduced, self.multiples = matrix[:rank, :n_columns], matrix[:rank, n_columns:]
        self.is_no_sum = ~matrix[rank:, n_columns:].any(axis=0)
        """Of a row: whether it is no sum of multiples of the others."""

    @cached_property
    def angles(self) -> np.ndarray:
        """A class a line: how it stands to the null space. A group is told where they sum to 0."""
        free = np.setdiff1d(np.arange(len(self.people)), self.pivots)
        found = np.zeros((len(self.people), len(free)), dtype=np.int64)
        found[free, np.arange(len(free))] = 1
        found[self.pivots] = -self.reduced[:, free] % PRIME
        return found

    def told(self, minimum: int) -> Iterator[Group]:
        """Unions of up to `minimum` - 1 blocks, of fewer than `minimum` people, that are told.

        The first part of a union and its second have opposite angles: they find each other by a
        number that stands for the angles."""
        blocks = [b for b in self.blocks() if len(self.people[min(b)]) < minimum]
        chance = random.Random(0)
        weights = np.array([chance.randrange(PRIME) for _ in range(self.angles.shape[1])])
        sums = (self.angles * weights % PRIME).sum(axis=1)
        marks = [int(sums[list(block)].sum() % PRIME) for block in blocks]
        sizes = {(size // 2, size - size // 2) for size in range(1, minimum)}
        unions = {
            size: self._unions(blocks, marks, size, minimum)
            for size in {size for both in sizes for size in both}
        }
        for lower, upper in sorted(sizes):
            for mark, seconds in unions[upper].items():
                for first in unions[lower].get(-mark % PRIME, ()):
                    for second in seconds:
                        if not first or first[-1] < second[0]:
                            group = self._union([blocks[b] for b in first + second], minimum)
                            if group and not (self.angles[list(group)].sum(axis=0) % PRIME).any():
                                yield group

    def blocks(self) -> list[Group]:
        """Every class, and all classes of the very same people together."""
        same: dict[frozenset[str], list[int]] = defaultdict(list)
        for column, people in enumerate(self.people):
            same[frozenset(people)].append(column)
        together = [frozenset(columns) for columns in same.values() if len(columns) > 1]
        return [frozenset({column}) for column in range(len(self.people))] + together

    def _unions(
        self, blocks: list[Group], marks: list[int], size: int, minimum: int
    ) -> dict[int, list[tuple[int, ...]]]:
        """Unions of `size` blocks, by number, by their mark."""
        found: dict[int, list[tuple[int, ...]]] = defaultdict(list)
        for chosen in combinations(range(len(blocks)), size):
            if not size or self._union([blocks[b] for b in chosen], minimum):
                found[sum(marks[b] for b in chosen) % PRIME].append(chosen)
        return found

    def _union(self, blocks: list[Group], minimum: int) -> Group | None:
        """The union of blocks; None where they overlap or are of the minimum of people."""
        group = frozenset().union(*blocks)
        people = set().union(*(self.people[column] for column in group))
        is_whole = len(group) == sum(map(len, blocks))
        return group if is_whole and len(people) < minimum else None

    def needed(self, group: Group) -> set[Row]:
        """Rows without which a told group would not be told."""
        lines = [number for number, column in enumerate(self.pivots) if column in group]
        used = (self.multiples[lines].sum(axis=0) % PRIME != 0) & self.is_no_sum
        return {
            rows[0]
            for rows, is_used in zip(self.alike.values(), used, strict=True)
            if is_used and len(rows) == 1
        }


def _reduce(matrix: np.ndarray, n_columns: int) -> list[int]:
    """Reduce to echelon form, in place, by the first columns; which of them have a pivot."""
    pivots: list[int] = []
    for column in range(n_columns):
        rank = len(pivots)
        at = np.flatnonzero(matrix[rank:, column])
        if not len(at):
            continue
        matrix[[rank, rank + at[0]]] = matrix[[rank + at[0], rank]]
        matrix[rank] = matrix[rank] * pow(int(matrix[rank, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(matrix[:, column])
        others = others[others != rank]
        change = matrix[others, column][:, None] * matrix[rank][None, :]
        matrix[others] = (matrix[others] - change) % PRIME
        pivots.append(column)
    return pivots
