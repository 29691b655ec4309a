"""Which groups sums and differences of rows tell of, by hand and by trying everything (F2b)."""

from __future__ import annotations

import random
from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest

from sandbox.truth.toldgroups import RowSpace, classes_of, rows_that_tell

Amounts = list[tuple[str, frozenset[Any]]]


# Sums of rows, by hand ----------------------------------------------------------------------


def crew(**sizes: int) -> Amounts:
    """So many people whose amounts are in the rows that the letters name."""
    return [(f"{rows}{n}", frozenset(rows)) for rows, size in sizes.items() for n in range(size)]


def told(amounts: Amounts, minimum: int = 5) -> set[frozenset[str]]:
    """The groups of people that are told."""
    space = RowSpace(classes_of(amounts))
    groups = space.told(minimum)
    return {frozenset().union(*(space.people[c] for c in group)) for group in groups}


def hidden(amounts: Amounts, *sizes: str, minimum: int = 5) -> str:
    """What is hidden of rows that are given from the smallest on."""
    order = {name: number for number, name in enumerate("".join(sizes))}
    return "".join(sorted(rows_that_tell([classes_of(amounts)], minimum, order)))


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ({"a": 4}, ["a"]),
        ({"a": 5}, []),
        # a - b
        ({"ab": 9, "a": 4}, ["a"]),
        ({"ab": 9, "a": 5}, []),
        # a + b - c: who is counted twice
        ({"abc": 3, "ac": 9, "bc": 9}, ["abc"]),
        # no sum of a and b is one for the two and none for the nine
        ({"ab": 2, "a": 9, "b": 9}, []),
        # c - a - b: two units that are not in a or b, together
        ({"ac": 9, "bc": 9, "cd": 2, "ce": 2, "d": 9, "e": 9}, ["cd", "ce"]),
        # a - b + c - d: five rows of which no two are alike
        ({"ab": 9, "ax": 1, "bx": 6, "cx": 6, "cd": 9, "d": 6}, []),
    ],
)
def test_a_group_is_told_where_it_is_a_sum_of_multiples_of_rows(
    sizes: dict[str, int], groups: list[str]
) -> None:
    found = {"".join(sorted({name.rstrip("0123456789") for name in some}))
             for some in told(crew(**sizes))}  # fmt: skip
    assert found == {"".join(sorted(groups))} - {""}


def test_two_groups_that_only_come_together_are_one() -> None:
    # a - b is two people in d and one in e, whom neither d nor e tells apart from others
    amounts = crew(ab=9, ad=2, ae=1, d=9, e=9)
    assert told(amounts) == {frozenset({"ad0", "ad1", "ae0"})}
    assert told(amounts, minimum=3) == set()


def test_parts_of_one_person_are_one_person() -> None:
    amounts = [*crew(ab=9, d=9, e=9), *(("x", frozenset(rows)) for rows in ("ad", "ae"))]
    assert told(amounts) == {frozenset({"x"})}
    # six parts of one person are more than four classes, but all of them together are one
    parts = [("x", frozenset({"a", letter})) for letter in "defghi"]
    amounts = [*crew(ab=9, **dict.fromkeys("defghi", 9)), *parts]
    assert told(amounts) == {frozenset({"x"})}


def test_of_the_rows_without_which_a_group_is_not_told_the_smallest_is_hidden() -> None:
    amounts = crew(ab=9, a=4, c=30)
    assert hidden(amounts, "cab") == "a"
    assert hidden(amounts, "cba") == "b"
    # a row that may not be hidden has no place in the order
    assert hidden(amounts, "ca") == "a"
    assert hidden(amounts, "c") == "c"
    assert hidden(amounts) == ""


def test_where_two_rows_tell_the_same_the_smallest_of_all_is_hidden_first() -> None:
    # a and b are alike: neither is needed to tell of the four
    amounts = crew(ab=4, c=30)
    assert hidden(amounts, "abc") == "ab"
    assert hidden(amounts, "cab") == "abc"
    # d, of more people, is needed to tell of the four beside it: it goes and no other
    assert hidden(crew(abd=9, ab=4, c=30), "cabd") == "d"


def test_hiding_goes_on_until_nothing_is_told() -> None:
    # a - b and c - d tell of four and three
    assert hidden(crew(ab=9, a=4, cd=9, c=3), "abcd") == "ac"
    # what one kind needs may be enough for another, where it is the smallest
    kinds = [classes_of(crew(ab=9, a=4)), classes_of(crew(b=3))]
    assert rows_that_tell(kinds, 5, {"b": 1, "a": 2}) == {"b"}
    assert rows_that_tell(kinds, 5, {"a": 1, "b": 2}) == {"a", "b"}
    assert rows_that_tell([], 5, {"a": 1}) == rows_that_tell([{}], 5, {}) == set()


# Sums of rows, by trying everything ---------------------------------------------------------


def rank(vectors: Iterable[Iterable[int]]) -> int:
    lines = [[Fraction(x) for x in vector] for vector in vectors]
    found = 0
    for column in range(len(lines[0]) if lines else 0):
        pivot = next((k for k in range(found, len(lines)) if lines[k][column]), None)
        if pivot is None:
            continue
        lines[found], lines[pivot] = lines[pivot], lines[found]
        for k in range(found + 1, len(lines)):
            factor = lines[k][column] / lines[found][column]
            lines[k] = [x - factor * y for x, y in zip(lines[k], lines[found], strict=True)]
        found += 1
    return found


def is_sum(group: Iterable[int], rows: list[list[int]], n_columns: int) -> bool:
    vector = [int(column in set(group)) for column in range(n_columns)]
    return rank([*rows, vector]) == rank(rows)


def tried(amounts: Amounts, minimum: int) -> dict[frozenset[int], set[str]]:
    """Every told group of classes, with the rows that it needs."""
    classes = classes_of(amounts)
    names = sorted({name for rows in classes for name in rows})
    vectors = {name: [int(name in rows) for rows in classes] for name in names}
    crews = list(classes.values())
    found = {}
    for size in range(1, minimum):
        for group in combinations(range(len(crews)), size):
            if len(set().union(*(crews[c] for c in group))) >= minimum:
                continue
            if is_sum(group, list(vectors.values()), len(crews)):
                found[frozenset(group)] = {
                    name
                    for name in names
                    if not is_sum(group, [v for n, v in vectors.items() if n != name], len(crews))
                }
    return found


def at_random(chance: random.Random, *, one_part: bool) -> Amounts:
    """Two nestings of five units over ten people, some of whom have two seats."""
    rows = {basis: {u: {u} for u in range(5)} for basis in "wr"}
    for basis in "wr":
        for unit in range(1, 5):
            rows[basis][unit] |= rows[basis][chance.randrange(unit)]
    found = []
    for person in range(chance.randint(3, 10)):
        for _ in range(1 if one_part else chance.randint(1, 2)):
            holding: set[str] = set()
            for basis in "wr":
                for _ in range(chance.choice([1, 1, 2])):
                    holding |= {f"{basis}{u}" for u in rows[basis][chance.randrange(5)]}
            found.append((str(person), frozenset(holding)))
    return found


@pytest.mark.parametrize("one_part", [True, False])
def test_what_is_told_and_needed_is_what_trying_every_group_finds(*, one_part: bool) -> None:
    chance = random.Random(7)
    n_told, n_needed = 0, 0
    for _ in range(60):
        amounts, minimum = at_random(chance, one_part=one_part), chance.choice([2, 3, 4])
        space = RowSpace(classes_of(amounts))
        found = {group: space.needed(group) for group in space.told(minimum)}
        expected = tried(amounts, minimum)
        assert {group: found[group] for group in expected} == expected
        # beyond: all parts of the same people, which may be more classes than are tried
        assert all(len(group) >= minimum for group in found.keys() - expected.keys())
        n_told += len(expected)
        n_needed += sum(map(len, expected.values()))
    assert n_told > 100
    assert n_needed > 100


def test_after_hiding_no_group_is_told_whatever_is_tried() -> None:
    chance = random.Random(11)
    n_hidden = 0
    for _ in range(40):
        amounts = at_random(chance, one_part=True)
        names = sorted({name for _, rows in amounts for name in rows})
        gone = rows_that_tell([classes_of(amounts)], 3, {n: n for n in names})
        left = [(person, rows - gone) for person, rows in amounts if rows - gone]
        assert tried(left, 3) == {}
        n_hidden += len(gone)
    assert n_hidden > 40
