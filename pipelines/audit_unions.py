"""Unions of few columns of a matrix whose indicator is in its row space.

Belongs here: elimination modulo a prime, hashes of the null space, sums of hashes that are 0.
Does not belong here: whose columns they are and which unions matter (`audit_rowspace`).

The indicator of a union is in the row space exactly where the union's columns sum to 0 in every
vector of the null space. Two random vectors of it are 62 bits of hash a column, and unions of up to
four columns that sum to 0 are pairs of pairs whose sums are opposite: found by sorting.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

PRIME: Final = 2**31 - 1
"""Products of two residues fit into 64 bits."""
LARGEST_UNION: Final = 4
_LARGEST_TERM: Final = 2**15
"""Numerators and denominators below it are found again from their residue."""

Matrix = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reduced:
    """A matrix in reduced echelon form modulo PRIME.

    `rows` (rank × columns), `made_of` (rank × rows of the matrix): how they are made of the
    matrix's rows; `pivots`: the column in which each row alone is 1; `idle`: combinations of the
    matrix's rows that come to nothing, from which all others are made.
    """

    rows: Matrix
    made_of: Matrix
    pivots: list[int]
    idle: Matrix

    def weights(self, columns: Sequence[int]) -> list[int | Fraction]:
        """Multiples of the matrix's rows that are 1 on these columns, if any are."""
        used = [row for row, pivot in enumerate(self.pivots) if pivot in columns]
        return [_fraction(int(w)) for w in self.made_of[used].sum(axis=0) % PRIME]

    def is_settled(self, column: Matrix) -> bool:
        """Whether all combinations that are the same on the matrix are the same on this column."""
        return not ((self.idle * column % PRIME).sum(axis=1) % PRIME).any()


def reduced(matrix: Matrix) -> Reduced:
    """Eliminate modulo PRIME."""
    n_rows, n_columns = matrix.shape
    both = np.hstack([matrix % PRIME, np.eye(n_rows, dtype=np.int64)])
    pivots: list[int] = []
    for column in range(n_columns):
        at = len(pivots)
        rows = np.flatnonzero(both[at:, column])
        if not rows.size:
            continue
        both[[at, at + rows[0]]] = both[[at + rows[0], at]]
        both[at] = both[at] * pow(int(both[at, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(both[:, column])
        others = others[others != at]
        both[others] = (both[others] - both[others, column][:, None] * both[at] % PRIME) % PRIME
        pivots.append(column)
        if len(pivots) == n_rows:
            break
    rank = len(pivots)
    left, right = both[:, :n_columns], both[:, n_columns:]
    return Reduced(left[:rank], right[:rank], pivots, right[rank:])


def told_unions(of: Reduced, items: Sequence[Sequence[int]], largest: int) -> Iterator[list[int]]:
    """Columns of unions of up to `largest` disjoint items (at most four), fewest items first."""
    hashes = _null_hashes(of)
    sums = np.array([hashes[:, list(item)].sum(axis=1) % PRIME for item in items]).T
    is_told = _keys(sums) == 0
    for i in np.flatnonzero(is_told):
        yield sorted(items[int(i)])
    ones = np.flatnonzero(~is_told)
    first, second = (ones[k] for k in np.triu_indices(len(ones), k=1))
    singles = _Sums(_keys(sums[:, ones]), _keys(-sums[:, ones] % PRIME), ones[:, None])
    pair_sums = (sums[:, first] + sums[:, second]) % PRIME
    pairs = _Sums(_keys(pair_sums), _keys(-pair_sums % PRIME), np.column_stack([first, second]))
    sides = ((2, singles, singles), (3, singles, pairs), (4, pairs, pairs))
    for n_items, left, right in sides[: max(0, min(largest, LARGEST_UNION) - 1)]:
        seen: set[tuple[int, ...]] = set()
        for together in left.opposite(right):
            columns = sorted(column for i in together for column in items[i])
            is_disjoint = len(set(together)) == n_items and len(set(columns)) == len(columns)
            if is_disjoint and tuple(columns) not in seen:
                seen.add(tuple(columns))
                yield columns


@dataclass(frozen=True, slots=True)
class _Sums:
    """Hashes of sums of items, their negatives, and the items summed (a row a sum)."""

    keys: Matrix
    negatives: Matrix
    items: Matrix

    def opposite(self, other: _Sums) -> Iterator[list[int]]:
        """Items of sums of this and the other that come to 0 together."""
        order = np.argsort(other.negatives, kind="stable")
        begin = np.searchsorted(other.negatives[order], self.keys, side="left")
        end = np.searchsorted(other.negatives[order], self.keys, side="right")
        for i in np.flatnonzero(end > begin):
            for j in order[begin[i] : end[i]]:
                yield [int(item) for item in (*self.items[i], *other.items[j])]


def _null_hashes(of: Reduced) -> Matrix:
    """Two random vectors of the null space, the same ones every night."""
    draw = random.Random(20)  # noqa: S311 (no secret)
    n_columns = of.rows.shape[1]
    free = [column for column in range(n_columns) if column not in set(of.pivots)]
    hashes = np.zeros((2, n_columns), dtype=np.int64)
    for vector in hashes:
        vector[free] = [draw.randrange(PRIME) for _ in free]
        for row, pivot in enumerate(of.pivots):
            vector[pivot] = -int((of.rows[row, free] * vector[free] % PRIME).sum()) % PRIME
    return hashes


def _keys(sums: Matrix) -> Matrix:
    """The two hashes of each column as one number."""
    keys: Matrix = sums[0] * (PRIME + 1) + sums[1]
    return keys


def _fraction(residue: int) -> int | Fraction:
    """The fraction of small terms that is `residue` modulo PRIME (Wang's reconstruction)."""
    if residue < _LARGEST_TERM or PRIME - residue < _LARGEST_TERM:
        return residue if residue < _LARGEST_TERM else residue - PRIME
    before, now = (PRIME, 0), (residue, 1)
    while now[0] > _LARGEST_TERM:
        quotient = before[0] // now[0]
        before, now = now, (before[0] - quotient * now[0], before[1] - quotient * now[1])
    return Fraction(now[0], now[1])
