"""Groups of a few people that sums and differences of shown rows tell of (reading F2b).

Belongs here: the row space of shown rows, the small groups in it, the rows without which they are
not told, hiding row by row until none is told. Does not belong here: who is in which row
(`rowamounts`), what else hides a row (`pattern`).

A row is the sum of the amounts that it holds. By amounts that no row tells apart (a class), rows
are a matrix of 0 and 1; a group is told where its own row of 0 and 1 is a sum of multiples of
rows, which is where it stands at right angles to all that every row does (the null space). All
arithmetic is exact, modulo a prime that is greater than any determinant that these matrices
have: rows of a tree are nested, and two nestings have determinants of -1, 0 and 1 alone, times 2
at the most for a person of two seats.
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

    def told(self, minimum: int) -> Iterator[tuple[int, ...]]:
        """Unions of up to `minimum` - 1 classes, of fewer than `minimum` people, that are told."""
        chance = random.Random(0)
        weights = np.array([chance.randrange(PRIME) for _ in range(self.angles.shape[1])])
        sums = ((self.angles * weights % PRIME).sum(axis=1) % PRIME).tolist()
        few = [c for c, people in enumerate(self.people) if len(people) < minimum]
        parts: dict[int, dict[int, list[tuple[int, ...]]]] = {0: {0: [()]}}
        for size in range(1, minimum):
            half = size // 2
            if size - half not in parts:
                parts[size - half] = self._by_sum(few, sums, size - half, minimum)
            for total, groups in parts[size - half].items():
                for lower in parts[half].get(-total % PRIME, ()):
                    for upper in groups:
                        if not lower or lower[-1] < upper[0]:
                            group = lower + upper
                            if self._is_small(group, minimum) and self._is_told(group):
                                yield group

    def _by_sum(
        self, few: list[int], sums: list[int], size: int, minimum: int
    ) -> dict[int, list[tuple[int, ...]]]:
        found: dict[int, list[tuple[int, ...]]] = defaultdict(list)
        for group in combinations(few, size):
            if self._is_small(group, minimum):
                found[sum(sums[c] for c in group) % PRIME].append(group)
        return found

    def _is_small(self, group: tuple[int, ...], minimum: int) -> bool:
        return len(set().union(*(self.people[c] for c in group))) < minimum

    def _is_told(self, group: tuple[int, ...]) -> bool:
        return not (self.angles[list(group)].sum(axis=0) % PRIME).any()

    def needed(self, group: tuple[int, ...]) -> set[Row]:
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
