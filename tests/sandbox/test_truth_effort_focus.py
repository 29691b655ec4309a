"""direct_to_top_share, effective_goals, off_goal_share and priority_gap, by hand (E11, E12)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.sandbox.effort_world import WEEK, cell, days, marts, moves, people
from tests.sandbox.tiny_world import Row, at, on

UNITS: list[Row] = [{"unit": "root"}, *({"unit": u, "parent": "root"} for u in "ab"),
                    {"unit": "b1", "parent": "b"}]  # fmt: skip
GOALS: list[Row] = [
    {"goal": "top", "level": "company", "weight": 1.0},
    {"goal": "x", "unit": "a", "weight": 0.75},
    {"goal": "y", "unit": "a", "weight": 0.25},
    {"goal": "z", "unit": "b1"},
]
EDGES: list[Row] = [{"child": "x", "parent": "top"}, {"child": "y", "parent": "top"}]
ITEMS: list[Row] = [{"item": g["goal"], "first_goals": g["goal"]} for g in GOALS]


def found(logs: list[Row], minimum: int = 1, **tables: Any) -> Any:
    base = {"units": UNITS, "goals": GOALS, "goal_edges": EDGES, "items": ITEMS,
            **people({"a": 20, "b1": 20})}  # fmt: skip
    return marts({**base, **tables, "worklogs": logs}, minimum)


def busy(unit: str, items: list[str], first: str = "2026-03-02") -> list[Row]:
    """One person a work item, five days of that week."""
    return [row for n, i in enumerate(items) for row in days(f"{unit}-{n:02}", i, 5, first)]


# E11: direct to the top, on how many goals, on whose ---------------------------------------------


def test_all_on_one_top_goal_is_the_most_direct_and_the_least_spread() -> None:
    spread = cell(found(busy("a", ["x", "x", "y", "y", "x", "y", "top", "top"])), "a")
    assert spread["direct_to_top_share"] == 0.25
    assert spread["effective_goals"] == pytest.approx(1 / (3 / 8 * 3 / 8 * 2 + 1 / 16))
    bulk = cell(found(busy("a", ["top"] * 8)), "a")
    assert (bulk["direct_to_top_share"], bulk["effective_goals"]) == (1.0, 1.0)


def test_an_items_effort_counts_in_equal_parts_on_its_goals_and_as_direct_if_one_is_top() -> None:
    items = [*ITEMS, {"item": "both", "first_goals": "top;x"}]
    a = cell(found(busy("a", ["both"] * 4 + ["x"] * 4), items=items), "a")
    assert a["direct_to_top_share"] == 0.5
    # x: half of 20 days and 20 more; top: 10 days
    assert a["effective_goals"] == pytest.approx(1 / (0.75**2 + 0.25**2))


def test_unlinked_effort_is_no_goal_and_an_ended_goals_effort_still_is_one() -> None:
    goals = [*GOALS, {"goal": "old", "unit": "a", "ends_on": on("2026-01-01")}]
    items = [*ITEMS, {"item": "none"}, {"item": "old", "first_goals": "old"}]
    logs = busy("a", ["none"] * 4 + ["old"] * 2 + ["x"] * 2)
    a = cell(found(logs, goals=goals, items=items), "a")
    assert (a["effective_goals"], a["off_goal_share"]) == (2.0, 0.0)
    assert a["direct_to_top_share"] == 0.0
    alone = cell(found(busy("a", ["none"] * 8), items=items), "a")
    assert (alone["effective_goals"], alone["off_goal_share"]) == (None, None)
    assert (alone["direct_to_top_share"], alone["aligned_share"]) == (None, 0.0)


def test_effort_is_off_goal_where_the_subtree_does_not_own_the_goal() -> None:
    logs = [*busy("a", ["x"] * 3 + ["z"] * 3 + ["top"] * 2), *busy("b1", ["z"] * 6 + ["x"] * 2)]
    tables = found(logs)
    # the unit of `top` is unknown: it is no part of what is asked for
    assert cell(tables, "a")["off_goal_share"] == 0.5
    assert cell(tables, "b1")["off_goal_share"] == cell(tables, "b")["off_goal_share"] == 0.25
    assert cell(tables, "root")["off_goal_share"] == 0.0


def test_the_numbers_of_e11_are_null_with_any_reason() -> None:
    columns = ("direct_to_top_share", "effective_goals", "off_goal_share", "priority_gap")
    thin = cell(found(busy("a", ["x"] * 5)), "a")
    assert thin["reason_missing"] == "low_coverage"
    small = cell(found(busy("a", ["x"] * 4), minimum=5), "a")
    assert small["reason_missing"] == "few_people"
    idle = cell(found(busy("b1", ["x"] * 8)), "a")
    assert idle["reason_missing"] == "no_effort"
    assert {row[name] for row in (thin, small, idle) for name in columns} == {None}


def test_a_restated_goal_counts_in_the_unit_that_its_owner_has_today() -> None:
    crowd = people({"a": 20, "b1": 21})
    moves(crowd, "b1-20", "a", "2026-03-20")
    goals = [*GOALS, {"goal": "w"}]
    items = [*ITEMS, {"item": "w", "first_goals": "w"}]
    owners = [{"goal": "w", "person": "b1-20"}]
    tables = found(busy("a", ["w"] * 8), goals=goals, items=items, goal_owners=owners, **crowd)
    assert cell(tables, "a")["off_goal_share"] == 1.0
    assert cell(tables, "a", basis="restated")["off_goal_share"] == 0.0


# E12: effort beside stated weights ----------------------------------------------------------------


def test_the_gap_is_half_the_distance_of_effort_from_the_weights() -> None:
    # a gave 10 days to x and 30 to y: 0.25 and 0.75 against 0.75 and 0.25
    tables = found(busy("a", ["x"] * 2 + ["y"] * 6))
    assert cell(tables, "a")["priority_gap"] == 0.5
    exact = found(busy("a", ["x"] * 6 + ["y"] * 2))
    assert cell(exact, "a")["priority_gap"] == 0.0
    # the root has one highest goal, `top`, above both
    assert cell(exact, "root")["priority_gap"] is None
    assert cell(exact, "b")["priority_gap"] is None


def test_the_gap_looks_back_thirteen_weeks_and_needs_thirty_days() -> None:
    logs = [*busy("a", ["y"] * 18, "2025-12-08"), *busy("a", ["x"] * 6)]
    logs += busy("a", ["x"] * 8, "2026-03-09")
    tables = found(logs)
    # in the week of 2 March, that of 8 December is the first of thirteen: 30 days of x, 90 of y
    assert cell(tables, "a")["priority_gap"] == 0.5
    assert cell(tables, "a", on("2026-03-09"))["priority_gap"] == 0.25
    few = found([*busy("a", ["x"] * 5), *busy("a", ["y"], "2025-12-01"),
                 *days("a-06", "z", 5), *days("a-07", "z", 5)])  # fmt: skip
    assert cell(few, "a")["reason_missing"] is None
    assert cell(few, "a")["priority_gap"] is None  # 25 days; the other five lie 14 weeks back
    enough = found([*busy("a", ["x"] * 5), *busy("a", ["y"], "2025-12-08"),
                    *days("a-06", "z", 5), *days("a-07", "z", 5)])  # fmt: skip
    assert cell(enough, "a")["priority_gap"] == pytest.approx(25 / 30 - 0.75)


def test_effort_below_rises_to_the_highest_goals_of_the_unit_split_equally() -> None:
    goals = [*GOALS, {"goal": "deep", "unit": "a", "weight": 9.0}, {"goal": "deeper"}]
    edges = [*EDGES, {"child": "deep", "parent": "x"}, {"child": "deeper", "parent": "deep"},
             {"child": "deeper", "parent": "y"}]  # fmt: skip
    items = [*ITEMS, {"item": "deeper", "first_goals": "deeper"}]
    logs = busy("a", ["deeper"] * 4 + ["x"] * 4)
    # `deep` has x above it; 20 days of `deeper` are half x's, half y's: 0.75 to 0.25
    a = cell(found(logs, goals=goals, goal_edges=edges, items=items), "a")
    assert a["priority_gap"] == 0.0


def test_effort_on_a_goal_that_has_ended_still_rises_and_on_a_draft_does_not() -> None:
    goals = [*GOALS, {"goal": "old", "unit": "a", "ends_on": on("2026-02-28")},
             {"goal": "plan", "unit": "a", "status": "draft"}]  # fmt: skip
    edges = [*EDGES, {"child": "old", "parent": "x"}, {"child": "plan", "parent": "y"}]
    items = [*ITEMS, *({"item": g, "first_goals": g} for g in ("old", "plan"))]
    logs = [*busy("a", ["old"] * 6, "2026-02-23"), *busy("a", ["plan"] * 4 + ["y"] * 2 + ["z"] * 2)]
    a = cell(found(logs, goals=goals, goal_edges=edges, items=items), "a")
    assert a["priority_gap"] == 0.0  # 30 days of x, 10 of y


def test_a_goal_under_a_goal_of_another_unit_is_highest_in_its_own_only() -> None:
    # z of b1 contributes to x of a: for the root x is above it, for b1 nothing is
    goals = [*GOALS[1:3], {"goal": "z", "unit": "b1", "weight": 1.0},
             {"goal": "other", "unit": "b1", "weight": 1.0}]  # fmt: skip
    edges = [{"child": "z", "parent": "x"}]
    items = [{"item": g, "first_goals": g} for g in ("x", "y", "z", "other")]
    logs = [*busy("b1", ["z"] * 6 + ["other"] * 2), *busy("a", ["y"] * 8)]
    tables = found(logs, goals=goals, goal_edges=edges, items=items)
    assert cell(tables, "b1")["priority_gap"] == cell(tables, "b")["priority_gap"] == 0.25
    # root: x gets the 30 days of z, y its 40, other its 10, against weights of 3, 1 and 4 eighths
    expected = 0.5 * (abs(3 / 8 - 3 / 8) + abs(4 / 8 - 1 / 8) + abs(1 / 8 - 4 / 8))
    assert cell(tables, "root")["priority_gap"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("change", "is_counted"),
    [
        ({}, True),
        ({"weight": None}, False),
        ({"weight": 0.0}, False),
        ({"visibility": "private"}, False),
        ({"level": "individual"}, False),
        ({"status": "draft"}, False),
        ({"ends_on": dt.date(2026, 3, 7)}, False),
        ({"starts_on": dt.date(2026, 3, 9)}, False),
    ],
)
def test_only_published_active_goals_with_a_weight_are_priorities(
    change: Row, *, is_counted: bool
) -> None:
    goals = [GOALS[0], GOALS[1], {**GOALS[2], **change}]
    a = cell(found(busy("a", ["x"] * 8), goals=goals), "a")
    assert a["priority_gap"] == (0.25 if is_counted else None)


def test_a_weight_is_that_of_the_sunday() -> None:
    events = [{"goal": "y", "at": at("2026-03-09"), "field": "weight", "before": "0.25",
               "after": "2.25"}]  # fmt: skip
    logs = [*busy("a", ["x"] * 8), *busy("a", ["x"] * 8, "2026-03-09")]
    tables = found(logs, goal_events=events)
    assert cell(tables, "a")["priority_gap"] == 0.25
    assert cell(tables, "a", on("2026-03-09"))["priority_gap"] == 0.75


def test_a_goal_without_a_unit_is_a_priority_of_the_root() -> None:
    goals = [{"goal": g, "weight": 1.0} for g in ("x", "y")]
    tables = found([*busy("a", ["x"] * 8), *busy("b1", ["y"] * 8)], goals=goals, goal_edges=[])
    assert cell(tables, "root", WEEK)["priority_gap"] == 0.0
    assert cell(tables, "a", WEEK)["priority_gap"] is None
