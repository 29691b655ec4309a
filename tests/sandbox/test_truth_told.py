"""What weeks, months and waves hide since rows of several units tell of a few people together, by
hand (F2b, and F4 of surveys)."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import pytest

from sandbox.truth.sheets import Mark, Wave
from sandbox.truth.surveycells import survey_pattern
from tests.sandbox.effort_world import cell, days, log, marts, moves, people
from tests.sandbox.month_world import row
from tests.sandbox.tiny_world import Row, at, one

UNITS: list[Row] = [
    {"unit": "root"}, {"unit": "p", "parent": "root"}, {"unit": "q", "parent": "p"},
    {"unit": "c", "parent": "root"},
]  # fmt: skip


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


@pytest.mark.parametrize(("at_work", "expected"), [(0, True), (2, False), (5, True)])
def test_the_effort_of_a_few_of_the_many_who_moved_is_told(at_work: int, *, expected: bool) -> None:
    # five went to p, of whom so many were at work, and five who all were to q: p less q
    tables = moved(5, 5)
    busy = [*range(at_work), *range(5, 10)]
    tables["worklogs"] += [log(f"c-{n:02}", "i", "2026-03-02") for n in busy]
    found = marts(tables)
    assert ("q" in shown(found, "restated")) is expected
    assert shown(found, "as_was") == {"root", "p", "q", "c"}


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
