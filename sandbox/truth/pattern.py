"""Which cells of a tree of units are hidden (readings F1, F4 and F5).

Belongs here: rests, the smallest next unit, the fixed point, one pattern for several kinds of
people. Does not belong here: who is counted, what is hidden first (readings F2 and F3 are their
callers'), what a hidden row says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

OPEN: Fraction = Fraction(1, 4)
"""The least width of what can be true of a hidden part, by who sees all that is shown."""


@dataclass(frozen=True)
class Kind:
    """People of one kind: `own` holds them by the unit in which they count directly (a person with
    two seats in both), `answers` what each said, 0 to 1, where that must stay open (F5). `is_sized`
    is whether its counts are among those by which the smallest unit is found."""

    own: Mapping[str, frozenset[str]]
    answers: Mapping[str, Fraction] = field(default_factory=dict)
    is_sized: bool = True

    def people(self, units: Iterable[str]) -> frozenset[str]:
        """Distinct people of these direct units."""
        return frozenset().union(*(self.own.get(unit, frozenset()) for unit in units))


class Forest:
    """Units by their `parent` (None: a root), without cycles."""

    def __init__(self, parent: Mapping[str, str | None]) -> None:
        self.below: dict[str, list[str]] = defaultdict(list)
        self.roots = sorted(unit for unit, above in parent.items() if above is None)
        for unit, above in sorted(parent.items()):
            if above is not None:
                self.below[above].append(unit)

    def subtree(self, unit: str) -> Iterator[str]:
        """The unit and all units under it."""
        yield unit
        for child in self.below[unit]:
            yield from self.subtree(child)


def hidden_units(
    parent: Mapping[str, str | None], kinds: Sequence[Kind], minimum: int, first: Collection[str]
) -> frozenset[str]:
    """All units whose cell is hidden, those of `first` (hidden whatever is around them) included.

    `parent`: every unit of the tree. One answer for all `kinds`; `minimum` in distinct people.
    """
    pattern = _Pattern(Forest(parent), kinds, minimum, first)
    for root in pattern.forest.roots:
        pattern.visit(root)
    return frozenset(pattern.hidden)


class _Pattern:
    """The pattern while it grows: units are hidden, and none is ever shown again."""

    def __init__(
        self, forest: Forest, kinds: Sequence[Kind], minimum: int, first: Collection[str]
    ) -> None:
        self.forest, self.kinds, self.minimum = forest, kinds, minimum
        self.hidden = set(first)

    def visit(self, unit: str) -> None:
        """Settle everything below, then the unit."""
        for child in self.forest.below[unit]:
            self.visit(child)
        while unit not in self.hidden and (self.is_small(unit) or self.is_told(unit)):
            shown = self.next_shown(unit)
            if shown:
                self.hidden.add(min(shown, key=self.size))
            elif self.is_told(unit):
                self.hidden.add(unit)
            else:
                return

    def rest(self, unit: str) -> list[str]:
        """The unit and the hidden units under it down to the next shown ones."""
        found = [unit]
        for child in self.forest.below[unit]:
            if child in self.hidden:
                found += self.rest(child)
        return found

    def next_shown(self, unit: str) -> list[str]:
        """Shown units under the unit with no shown unit between."""
        found = []
        for child in self.forest.below[unit]:
            found += self.next_shown(child) if child in self.hidden else [child]
        return found

    def size(self, unit: str) -> tuple[int, str]:
        """What `smallest` compares: the least count of any kind, then the id."""
        units = list(self.forest.subtree(unit))
        return min(len(kind.people(units)) for kind in self.kinds if kind.is_sized), unit

    def is_small(self, unit: str) -> bool:
        """Whether the rest is of a few people, in any kind."""
        rest = self.rest(unit)
        return any(0 < len(kind.people(rest)) < self.minimum for kind in self.kinds)

    def is_told(self, unit: str) -> bool:
        """Whether what is shown tells what a part of the rest, of a few people, answered."""
        rest = self.rest(unit)
        parts = [[unit], *(self.rest(inside) for inside in rest if inside != unit)]
        return any(
            _tells(kind.answers, kind.people(rest), people)
            for kind in self.kinds
            if kind.answers
            for people in map(kind.people, parts)
            if len(people) < self.minimum
        )


def _tells(answers: Mapping[str, Fraction], rest: frozenset[str], part: frozenset[str]) -> bool:
    """Whether the part's mean can only lie in an interval that is too narrow, once the sum over
    the rest is known. A part that is the whole rest, or nobody, is no part."""
    n, m = len(rest), len(part)
    if m in (0, n):
        return False
    total = sum((answers[person] for person in rest), Fraction(0))
    most, least = min(Fraction(m), total), max(Fraction(0), total - (n - m))
    return (most - least) / m < OPEN
