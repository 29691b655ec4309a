"""What sums and differences of shown rows tell of a few people, by hand and by trying everything
(reading F2b, and F4 of surveys)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest

from sandbox.truth.sheets import Mark, Wave
from sandbox.truth.surveycells import survey_pattern
from sandbox.truth.toldgroups import RowSpace, classes_of, rows_that_tell
from tests.sandbox.effort_world import cell, days, log, marts, moves, people
from tests.sandbox.month_world import row
from tests.sandbox.tiny_world import Row, at, one

UNITS: list[Row] = [
    {"unit": "root"}, {"unit": "p", "parent": "root"}, {"unit": "q", "parent": "p"},
    {"unit": "c", "parent": "root"},
]  # fmt: skip
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


# Weeks --------------------------------------------------------------------------------------


def moved(to_p: int, to_q: int, day: str = "2026-03-16") -> dict[str, Any]:
    """People of c who went to p itself and to q, which is under p."""
    crowd = people({"root": 6, "p": 30, "q": 30, "c": 60})
    for n in range(to_p + to_q):
        moves(crowd, f"c-{n:02}", "p" if n < to_p else "q", day)
    logs = [log(f"{u}-{n:02}", "i", "2026-03-02") for u in "pqc" for n in range(20, 29)]
    return {"units": UNITS, "items": [{"item": "i"}], **crowd, "worklogs": logs}


def shown(tables: dict[str, Any], basis: str) -> set[str]:
    """Units with numbers in the week of 2 March, the same in all weekly marts."""
    found = [
        {u for u in ("root", *"pqc") if not cell(tables, u, basis=basis, mart=mart)["suppressed"]}
        for mart in ("effort_alignment", "line_of_sight")
    ]
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("to_p", "to_q", "expected"),
    [
        (0, 0, {"root", "p", "q", "c"}),
        # each row differs by five and more, p less q by two
        (2, 5, {"root", "p", "c"}),
        (5, 5, {"root", "p", "q", "c"}),
        # q of the two bases differs by two: not shown before anything is added up
        (5, 2, {"root", "p", "c"}),
    ],
)
def test_rows_of_several_units_that_tell_of_a_few_together_lose_one(
    to_p: int, to_q: int, expected: set[str]
) -> None:
    tables = marts(moved(to_p, to_q))
    assert shown(tables, "as_was") == {"root", "p", "q", "c"}
    assert shown(tables, "restated") == expected


def test_what_a_week_hides_is_hidden_in_its_month() -> None:
    # who moves the day after the month's last Sunday
    tables = marts(moved(2, 5, day="2026-03-30"))
    for mart in ("pull_index", "integration", "customer_alignment", "alignment_scorecard"):
        for unit, is_hidden in (("p", False), ("q", True), ("c", False)):
            assert row(tables, mart, unit, basis="restated")["suppressed"] is is_hidden
            assert row(tables, mart, unit)["suppressed"] is False


@pytest.mark.parametrize(("movers", "expected"), [(4, False), (5, True), (0, True)])
def test_the_capacity_of_who_moved_in_the_middle_of_the_week_is_told(
    movers: int, *, expected: bool
) -> None:
    # who is in q on Sunday, was not at work, and was capacity of c on Monday and Tuesday
    tables = marts(moved(0, movers, day="2026-03-04"))
    assert ("q" in shown(tables, "restated")) is expected
    assert shown(tables, "as_was") == {"root", "p", "q", "c"}


def test_people_of_two_seats_whom_the_unit_above_counts_once_are_told() -> None:
    tables = moved(0, 0)
    tables["seats"] += [{"person": f"c-{n:02}", "unit": "p", "is_primary": False} for n in range(3)]
    assert shown(marts(tables), "as_was") == {"root", "p", "q", "c"}  # the root's six differ, too
    tables["seats"] = [s for s in tables["seats"] if not s["person"].startswith("root")]
    tables["people"] = [p for p in tables["people"] if not p["person"].startswith("root")]
    assert shown(marts(tables), "as_was") == {"root", "p", "q"}
    assert shown(marts(tables), "restated") == {"root", "p", "q"}


# Months of a unit's own people --------------------------------------------------------------


def test_own_cells_that_tell_of_a_few_together_lose_one() -> None:
    # a was split: five went to d, three to b
    units = [{"unit": "root"}, *({"unit": u, "parent": "root"} for u in "abde")]
    crowd = people({"a": 14, "b": 8, "e": 7})
    for n in range(8):
        moves(crowd, f"a-{n:02}", "d" if n < 5 else "b", "2026-03-16")
    logs = [r for u, size in (("a", 14), ("b", 8), ("e", 7)) for n in range(size)
            for r in days(f"{u}-{n:02}", "i", 2)]  # fmt: skip
    own = marts({"units": units, "items": [{"item": "i"}], **crowd, "worklogs": logs})[
        "effort_own_unit"
    ]

    def of(unit: str, basis: str) -> float | None:
        days: float | None = one(own, org_unit_id=f"hr:{unit}", org_basis=basis)["person_days"]
        return days

    assert [of(u, "as_was") for u in "abe"] == [28.0, 16.0, 14.0]
    # b differs by three; a as it was less a and d of today is the same three, d the smaller of them
    assert [of(u, "restated") for u in "abde"] == [12.0, None, None, 14.0]


# Surveys ------------------------------------------------------------------------------------


def wave(counted: dict[str, int], unsure: dict[str, int], invited: dict[str, int] | None) -> Wave:
    """One construct: sheets that agree and disagree in turn, others that say they don't know."""
    marks, unit_of, spoke = {}, {}, set()
    for unit in {**counted, **unsure}:
        for n in range(counted.get(unit, 0) + unsure.get(unit, 0)):
            sheet = f"{unit}{n}"
            unit_of[sheet] = f"hr:{unit}"
            spoke.add(sheet)
            if n < counted.get(unit, 0):
                marks[sheet] = Mark(Fraction(n % 2), Fraction(3), Fraction(n % 2))
    question = {"question_id": "q", "question_key": "q", "scale_min": 1, "scale_max": 5}
    people = None if invited is None else Counter({f"hr:{u}": n for u, n in invited.items()})
    return Wave(
        survey_id="w",
        previous_id=None,
        closed_at=at("2026-03-01"),
        parent={"hr:r": None, **{f"hr:{u}": "hr:r" for u in "ab"}},
        asked={"control": [question]},
        unit_of=unit_of,
        marks={"control": marks},
        states={"control": Counter()},
        spoke={"control": frozenset(spoke)},
        invited=people,
    )


@pytest.mark.parametrize(
    ("unsure", "invited", "expected"),
    [
        ({}, None, set()),
        ({}, {"a": 12, "b": 15}, set()),
        # two of the root alone who did not answer
        ({}, {"r": 2, "a": 12, "b": 15}, {"hr:a"}),
        ({}, {"r": 5, "a": 12, "b": 15}, set()),
        # two of the root alone who say that they don't know
        ({"r": 2}, None, {"hr:a"}),
        ({"r": 5}, None, set()),
        # sizes are those of who counts, not of who was asked: b is asked least
        ({}, {"r": 2, "a": 40, "b": 15}, {"hr:a"}),
        ({"r": 1, "a": 30}, None, {"hr:a"}),
    ],
)
def test_who_was_asked_and_who_does_not_know_are_no_small_rest_either(
    unsure: dict[str, int], invited: dict[str, int] | None, expected: set[str]
) -> None:
    assert survey_pattern(wave({"a": 10, "b": 14}, unsure, invited), 5) == expected
