"""goal_progress and goal_portfolio, worked out by hand (readings A1 to A11, D1, D2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from sandbox.truth.cut import observed
from sandbox.truth.goals import GoalGraph, Goals
from sandbox.truth.metrics import Metrics
from sandbox.truth.org import Organisation
from sandbox.truth.portfolio import Standings, goal_portfolio
from sandbox.truth.progress import goal_progress
from sandbox.truth.rollup import Rollups
from sandbox.truth.states import States
from sandbox.truth.told import Told
from sandbox.world import World, end_of
from tests.sandbox.tiny_world import AS_OF, Row, at, on, one, world

LAST_WEEK = dt.date(2026, 3, 23)
"""The week of Sunday, 29 March 2026: day 88 of a goal that began on New Year's Day."""
SPAN: Row = {"starts_on": on("2026-01-01"), "ends_on": on("2026-04-20")}
"""110 days, of which 88, four fifths, have passed on the last Sunday."""
NO_EFFORT = pl.DataFrame(schema={"goal": pl.String, "day": pl.Date, "person_days": pl.Float64})


def goal(key: str, **more: object) -> Row:
    return {"goal": key, **SPAN, **more}


def edge(child: str, parent: str, weight: float | None = None) -> Row:
    return {"child": child, "parent": parent, "weight": weight}


def target(of: str, metric: str, **more: object) -> Row:
    """From 0 to 100 unless told otherwise."""
    return {"goal": of, "metric": metric, "kind": "reach", "baseline": 0.0, "target": 100.0,
            **more}  # fmt: skip


def reading(metric: str, value: float, day: str = "2026-03-20", recorded: str | None = None) -> Row:
    return {"metric": metric, "observed_on": on(day), "value": value,
            "recorded_at": at(recorded or f"{day} 12:00")}  # fmt: skip


def checkin(of: str, progress: float | None, day: str = "2026-03-20") -> Row:
    return {"goal": of, "at": at(f"{day} 12:00"), "progress": progress}


def change(of: str, field: str, day: str, before: str, after: str) -> Row:
    return {"goal": of, "at": at(f"{day} 12:00"), "field": field, "before": before, "after": after}


def measured(**values: float) -> dict[str, list[Row]]:
    """One metric a name, read once, on 20 March."""
    return {
        "metrics": [{"metric": name} for name in values],
        "observations": [reading(name, value) for name, value in values.items()],
    }


def weeks_and_rollups(made: World, as_of: dt.date = AS_OF) -> tuple[Standings, Rollups]:
    seen = observed(made, end_of(as_of))
    org = Organisation(seen)
    goals = Goals(seen, org)
    graph = GoalGraph(seen, goals)
    states, metrics = States(seen, goals, graph), Metrics(seen)
    told = Told(seen, as_of)
    weeks = Standings(seen, goals, graph, states, metrics, told, NO_EFFORT, as_of)
    return weeks, Rollups(seen, goals, graph, metrics, as_of)


def progress(made: World, outlook: pl.DataFrame | None = None) -> pl.DataFrame:
    weeks, rollups = weeks_and_rollups(made)
    return goal_progress(rollups, weeks.states, weeks.sundays(), outlook)


def last(of: str, week: dt.date = LAST_WEEK, **tables: list[Row]) -> Row:
    """The row of one goal, in the last week unless told otherwise."""
    return one(progress(world(**tables)), goal_id=f"goals:{of}", week_start=week)


SCORES = ("score_mean_equal", "score_mean_weighted", "score_leaf_equal", "score_weakest")


def scores(row: Row) -> list[Any]:
    return [None if row[name] is None else round(row[name], 6) for name in SCORES]


# Own metrics


def test_a_metric_that_came_half_its_way_in_four_fifths_of_the_time_is_at_risk() -> None:
    row = last("a", goals=[goal("a")], goal_metrics=[target("a", "m")], **measured(m=50))
    assert scores(row) == [0.5, 0.5, 0.5, 0.5]
    assert (row["attainment"], row["attainment_raw"], row["expected"]) == (0.5, 0.5, 0.8)
    assert row["pace"] == pytest.approx(0.625)
    assert (row["score_source"], row["n_leaves"], row["n_leaves_at_risk"]) == ("metric", 1, 1)
    assert (row["rule_spread"], row["n_items_without_data"]) == (0, 0)
    # 0.8 - 0.5 = 0.3 is missing: behind by that rule
    assert [row[f"status_{rule}"] for rule in ("viva", "cascade", "engagedly", "weakest")] == [
        "at_risk", "at_risk", "behind", "at_risk",
    ]  # fmt: skip
    assert (row["status_basis"], row["hidden_risk"]) == ("all_items", False)
    assert row["reason_missing"] is None


def test_each_metric_is_clamped_before_the_mean_and_the_raw_share_is_not() -> None:
    # down from 100 to 80: 70 is 1.5 of the way; 120 is -1 of it
    down = {"baseline": 100.0, "target": 80.0}
    row = last(
        "a",
        goals=[goal("a")],
        goal_metrics=[target("a", "m", **down), target("a", "n", **down)],
        **measured(m=70, n=120),
    )
    assert (row["attainment"], row["attainment_raw"]) == (0.5, 0.25)
    assert scores(row) == [0.5, 0.5, 0.5, 0.0]
    assert row["rule_spread"] == 0.5


@pytest.mark.parametrize(
    ("aim", "values", "reason"),
    [
        ({"baseline": 100.0}, {"m": 50}, "no_span"),
        ({"baseline": None}, {"m": 50}, "no_target"),
        ({"target": None}, {"m": 50}, "no_target"),
        ({"kind": "at_most", "target": None}, {"m": 50}, "no_target"),
        ({}, {}, "few_observations"),
        # no reading comes before no target
        ({"target": None}, {}, "few_observations"),
        ({"kind": "at_least"}, {}, "few_observations"),
    ],
)
def test_a_goal_whose_only_metric_has_no_score_says_why(
    aim: Row, values: dict[str, float], reason: str
) -> None:
    tables = measured(**values) | {"metrics": [{"metric": "m"}]}
    row = last("a", goals=[goal("a")], goal_metrics=[target("a", "m", **aim)], **tables)
    assert row["reason_missing"] == reason
    assert scores(row) == [None] * 4
    assert (row["expected"], row["pace"], row["status_viva"], row["status_basis"]) == (None,) * 4
    assert (row["hidden_risk"], row["is_stale"]) == (None, None)
    assert (row["n_items_without_data"], row["n_leaves"], row["score_source"]) == (1, 0, "metric")


def test_of_several_reasons_the_first_in_the_alphabet_is_given() -> None:
    row = last(
        "a",
        goals=[goal("a")],
        goal_metrics=[target("a", "m", baseline=100.0), target("a", "n", target=None)],
        **measured(m=1, n=1),
    )
    assert row["reason_missing"] == "no_span"


def test_a_metric_without_data_leaves_the_mean_to_the_others() -> None:
    row = last(
        "a",
        goals=[goal("a")],
        goal_metrics=[target("a", "m"), target("a", "n", baseline=100.0)],
        **measured(m=80, n=1),
    )
    assert scores(row) == [0.8] * 4
    assert (row["n_items_without_data"], row["status_basis"]) == (1, "items_with_data")
    assert row["status_viva"] == "on_track"


def test_the_value_is_the_last_recorded_of_the_last_day_up_to_sunday() -> None:
    tables = {
        "goals": [goal("a")],
        "metrics": [{"metric": "m"}],
        "goal_metrics": [target("a", "m")],
        "observations": [
            reading("m", 10, "2026-03-20"),
            # said again after Sunday, and so also for Sunday
            reading("m", 30, "2026-03-27", recorded="2026-03-31"),
            reading("m", 20, "2026-03-27", recorded="2026-03-28"),
            reading("m", 40, "2026-03-30"),
        ],
    }
    assert last("a", **tables)["attainment"] == 0.3
    assert last("a", week=on("2026-03-16"), **tables)["attainment"] == 0.1


def test_a_maintained_target_is_the_share_of_the_spans_days_that_are_inside() -> None:
    days = ["2025-12-30", "2026-01-05", "2026-02-02", "2026-03-02", "2026-03-20"]
    tables = {
        "goals": [goal("a")],
        "metrics": [{"metric": "m"}],
        # 90 before the goal began does not count; 90, 80, 70, 100 do; the target itself is inside
        "observations": [
            reading("m", value, day) for day, value in zip(days, [90, 90, 80, 70, 100], strict=True)
        ],
    }
    least = last("a", goal_metrics=[target("a", "m", kind="at_least", target=80.0)], **tables)
    assert (least["attainment"], least["attainment_raw"], least["expected"]) == (0.75, 0.75, 1.0)
    assert (least["pace"], least["status_viva"]) == (0.75, "behind")
    most = last("a", goal_metrics=[target("a", "m", kind="at_most", target=80.0)], **tables)
    assert most["attainment"] == 0.5
    early = last(
        "a",
        week=on("2026-02-23"),
        goal_metrics=[target("a", "m", kind="at_least", target=80.0)],
        **tables,
    )
    # two days were observed by 1 March: a score, and no verdict; the third came on 2 March
    assert (early["attainment"], early["reason_missing"]) == (1.0, "too_early")
    assert (early["status_viva"], early["n_leaves_at_risk"]) == (None, 0)
    third = last(
        "a",
        week=on("2026-03-02"),
        goal_metrics=[target("a", "m", kind="at_least", target=80.0)],
        **tables,
    )
    assert (third["reason_missing"], third["n_leaves_at_risk"]) == (None, 1)


# Children


def test_a_child_that_ended_keeps_the_score_of_its_last_day() -> None:
    tables = {
        "goals": [goal("a"), goal("b", ends_on=on("2026-02-28"))],
        "goal_edges": [edge("b", "a")],
        "metrics": [{"metric": "m"}],
        "goal_metrics": [target("b", "m")],
        "observations": [reading("m", 60, "2026-02-20"), reading("m", 90, "2026-03-20")],
    }
    row = last("a", **tables)
    assert scores(row) == [0.6] * 4
    assert (row["expected"], row["score_source"], row["attainment"]) == (1.0, "children", None)


def test_a_child_not_begun_counts_nothing_of_nothing_once_it_is_written_down() -> None:
    tables = {
        "goals": [
            goal("a"), goal("b"),
            goal("c", starts_on=on("2026-04-01"), created_at=at("2026-03-25")),
        ],
        "goal_edges": [edge("b", "a"), edge("c", "a")],
        "goal_metrics": [target("b", "m")],
        **measured(m=80),
    }  # fmt: skip
    row = last("a", **tables)
    assert scores(row) == [0.4, 0.4, 0.4, 0.0]
    assert (row["expected"], row["n_leaves"], row["n_leaves_at_risk"]) == (0.4, 2, 0)
    # it is neither behind nor early: b alone is judged
    assert (row["status_viva"], row["status_cascade"], row["status_weakest"]) == ("on_track",) * 3
    before = last("a", week=on("2026-03-16"), **tables)
    assert (before["n_leaves"], before["score_mean_equal"]) == (1, 0.8)


@pytest.mark.parametrize(
    "traits",
    [
        {"starts_on": on("2026-03-01")},
        {"starts_on": on("2026-04-05")},
        {"starts_on": None, "created_at": at("2026-03-30")},
    ],
    ids=["begins the day after", "begins after Sunday", "was written down after Sunday"],
)
def test_a_child_that_ends_before_it_begins_is_over(traits: Row) -> None:
    row = last(
        "a",
        goals=[goal("a"), goal("b", ends_on=on("2026-02-28"), **traits)],
        goal_edges=[edge("b", "a")],
        goal_metrics=[target("b", "m")],
        metrics=[{"metric": "m"}],
        observations=[reading("m", 60, "2026-02-20")],
    )
    assert (row["score_mean_equal"], row["expected"]) == (0.6, 1.0)


def test_a_child_that_has_hardly_begun_is_not_the_weakest_and_hides_no_risk() -> None:
    # c: 5 of 110 days, nothing done
    row = last(
        "a",
        goals=[
            goal("a"),
            goal("b"),
            goal("c", starts_on=on("2026-03-25"), ends_on=on("2026-07-12")),
        ],
        goal_edges=[edge("b", "a"), edge("c", "a")],
        goal_metrics=[target("b", "m"), target("c", "n")],
        **measured(m=90, n=0),
    )
    assert row["expected"] == pytest.approx((0.8 + 5 / 110) / 2)
    assert (row["status_viva"], row["status_cascade"]) == ("on_track", "at_risk")
    assert (row["status_weakest"], row["n_leaves_at_risk"]) == ("on_track", 0)


def test_a_goal_with_only_a_child_not_begun_is_too_early_and_not_stale() -> None:
    row = last(
        "a",
        goals=[goal("a"), goal("b", starts_on=on("2026-04-01"))],
        goal_edges=[edge("b", "a")],
    )
    assert (row["score_mean_equal"], row["expected"], row["pace"]) == (0, 0, None)
    assert (row["reason_missing"], row["is_stale"]) == ("too_early", False)


@pytest.mark.parametrize(
    "traits",
    [
        {"status": "draft"},
        {"status": "cancelled"},
        {"visibility": "private"},
        {"level": "individual"},
    ],
    ids=["draft", "cancelled", "private", "individual"],
)
def test_children_that_are_no_goals_of_the_day_or_not_published_are_no_items(traits: Row) -> None:
    row = last(
        "a",
        goals=[goal("a"), goal("b"), goal("c", **traits)],
        goal_edges=[edge("b", "a"), edge("c", "a")],
        goal_metrics=[target("b", "m"), target("c", "n")],
        **measured(m=80, n=0),
    )
    assert scores(row) == [0.8] * 4
    assert row["n_items_without_data"] == 0


def test_a_child_cancelled_later_counts_until_then() -> None:
    tables = {
        "goals": [goal("a"), goal("b"), goal("c")],
        "goal_edges": [edge("b", "a"), edge("c", "a")],
        "goal_events": [change("c", "status", "2026-03-24", "open", "cancelled")],
        "goal_metrics": [target("b", "m"), target("c", "n")],
        **measured(m=80, n=0),
    }
    assert last("a", week=on("2026-03-16"), **tables)["score_mean_equal"] == 0.4
    assert last("a", **tables)["score_mean_equal"] == 0.8


def test_a_child_without_any_item_is_without_data() -> None:
    row = last(
        "a",
        goals=[goal("a"), goal("b")],
        goal_edges=[edge("b", "a")],
    )
    assert (row["reason_missing"], row["score_source"]) == ("few_observations", "children")
    assert (row["n_items_without_data"], row["n_leaves"]) == (1, 0)
    alone = last("b", goals=[goal("a"), goal("b")], goal_edges=[edge("b", "a")])
    assert (alone["reason_missing"], alone["score_source"]) == ("no_metric", None)
    assert alone["n_items_without_data"] == 0


def test_weights_are_the_edges_then_the_childs_then_the_mean_of_those_given() -> None:
    row = last(
        "a",
        # b by its edge 2, c by its own weight 1, d (a weight of 0 is none) by their mean 1.5
        goals=[goal("a"), goal("b", weight=9.0), goal("c", weight=1.0), goal("d", weight=0.0)],
        goal_edges=[edge("b", "a", 2.0), edge("c", "a", -1.0), edge("d", "a")],
        goal_metrics=[target("b", "m"), target("c", "n"), target("d", "o")],
        **measured(m=100, n=0, o=50),
    )
    assert row["score_mean_weighted"] == pytest.approx((2 * 1 + 1 * 0 + 1.5 * 0.5) / 4.5)
    assert row["score_mean_equal"] == 0.5


def test_a_sibling_without_data_still_lends_its_weight_to_those_without_one() -> None:
    row = last(
        "a",
        # m weighs 1, n (no data) 5, o nothing: the mean of 1 and 5 is 3
        goals=[goal("a")],
        goal_metrics=[
            target("a", "m", weight=1.0), target("a", "n", weight=5.0, baseline=100.0),
            target("a", "o"),
        ],
        **measured(m=100, n=0, o=20),
    )  # fmt: skip
    assert row["score_mean_weighted"] == pytest.approx((1 * 1 + 3 * 0.2) / 4)


def test_the_childs_weight_is_that_of_the_parents_day_even_where_the_child_is_over() -> None:
    row = last(
        "a",
        goals=[goal("a"), goal("b", weight=1.0, ends_on=on("2026-02-28")), goal("c", weight=1.0)],
        goal_edges=[edge("b", "a"), edge("c", "a")],
        goal_events=[change("b", "weight", "2026-03-10", "1.0", "3.0")],
        goal_metrics=[target("b", "m"), target("c", "n")],
        metrics=[{"metric": "m"}, {"metric": "n"}],
        observations=[reading("m", 100, "2026-02-10"), reading("n", 0)],
    )
    assert row["score_mean_weighted"] == 0.75


def test_a_mean_of_means_and_a_mean_of_leaves_differ_and_the_weakest_is_a_leaf() -> None:
    row = last(
        "a",
        goals=[goal("a"), goal("b")],
        goal_edges=[edge("b", "a")],
        goal_metrics=[target("a", "m"), *(target("b", name) for name in ("n", "o"))],
        **measured(m=100, n=20, o=60),
    )
    assert scores(row) == [0.7, 0.7, 0.6, 0.2]
    assert row["rule_spread"] == pytest.approx(0.5)
    assert (row["score_source"], row["n_leaves"], row["attainment"]) == ("metric", 3, 1.0)


def test_a_metric_that_goal_and_child_share_is_the_goals_own_leaf_once() -> None:
    # b ended on 28 February, when the metric stood at 0; z and b want the same of it
    tables = {
        "goals": [goal("z"), goal("b", ends_on=on("2026-02-28"))],
        "goal_edges": [edge("b", "z")],
        "metrics": [{"metric": "m"}],
        "goal_metrics": [target("z", "m"), target("b", "m")],
        "observations": [reading("m", 0, "2026-02-20"), reading("m", 100)],
    }
    row = last("z", **tables)
    assert scores(row) == [0.5, 0.5, 1.0, 0.0]
    assert row["n_leaves"] == 1


def test_of_children_that_share_a_metric_the_least_goal_gives_the_leaf() -> None:
    tables = {
        "goals": [goal("a"), goal("b", ends_on=on("2026-02-28")), goal("c")],
        "goal_edges": [edge("b", "a"), edge("c", "a")],
        "metrics": [{"metric": "m"}],
        "goal_metrics": [target("b", "m"), target("c", "m")],
        "observations": [reading("m", 0, "2026-02-20"), reading("m", 100)],
    }
    row = last("a", **tables)
    assert (row["score_mean_equal"], row["score_leaf_equal"], row["n_leaves"]) == (0.5, 0.0, 1)
    # another target on the same metric is another leaf
    tables["goal_metrics"] = [target("b", "m"), target("c", "m", target=200.0)]
    row = last("a", **tables)
    assert (row["score_leaf_equal"], row["n_leaves"]) == (0.25, 2)


def test_a_leaf_that_is_reached_on_two_days_counts_on_the_later_one() -> None:
    # d is below b, which ended in February, and below c, which runs
    row = last(
        "a",
        goals=[goal("a"), goal("b", ends_on=on("2026-02-28")), goal("c"), goal("d")],
        goal_edges=[edge("b", "a"), edge("c", "a"), edge("d", "b"), edge("d", "c")],
        metrics=[{"metric": "m"}],
        goal_metrics=[target("d", "m")],
        observations=[reading("m", 20, "2026-02-20"), reading("m", 80)],
    )
    assert scores(row) == [0.5, 0.5, 0.8, 0.2]
    assert row["n_leaves"] == 1


def test_the_newest_edge_of_a_cycle_is_no_child() -> None:
    # a -> b and b -> a; (b, a) is the greater key: a is a child of b, b none of a
    tables = {
        "goals": [goal("a"), goal("b")],
        "goal_edges": [edge("a", "b"), edge("b", "a")],
        "goal_metrics": [target("a", "m"), target("b", "n")],
        **measured(m=100, n=0),
    }
    assert last("a", **tables)["score_mean_equal"] == 1.0
    assert last("b", **tables)["score_mean_equal"] == 0.5


# Check-ins


def test_without_metrics_and_children_the_last_checkin_with_a_progress_is_the_score() -> None:
    row = last(
        "a",
        goals=[goal("a", checkin_cadence_days=7)],
        checkins=[
            checkin("a", 0.9, "2026-03-02"), checkin("a", 0.4, "2026-03-20"),
            checkin("a", None, "2026-03-27"), checkin("a", 1.0, "2026-03-30"),
        ],
    )  # fmt: skip
    assert scores(row) == [0.4] * 4
    assert (row["score_source"], row["expected"], row["attainment"]) == ("checkin", 0.8, None)
    # 20 March is nine days before Sunday, seven were promised
    assert (row["n_leaves"], row["n_leaves_at_risk"], row["is_stale"]) == (1, 1, True)


def test_a_checkin_beside_a_metric_or_a_child_is_not_asked() -> None:
    with_metric = last(
        "a",
        goals=[goal("a")],
        checkins=[checkin("a", 1.0)],
        goal_metrics=[target("a", "m", baseline=100.0)],
        **measured(m=1),
    )
    assert (with_metric["reason_missing"], with_metric["score_source"]) == ("no_span", "metric")
    with_child = last(
        "a",
        goals=[goal("a"), goal("b")],
        goal_edges=[edge("b", "a")],
        checkins=[checkin("a", 1.0), checkin("b", 1.3)],
    )
    assert (with_child["score_mean_equal"], with_child["score_source"]) == (1.0, "children")
    alone = last("a", goals=[goal("a")], checkins=[checkin("a", -0.2)])
    assert alone["score_mean_equal"] == 0.0


# Too early, and verdicts


def test_under_a_tenth_of_the_span_it_is_too_early_and_without_an_end_there_is_no_pace() -> None:
    tables = {"goal_metrics": [target("a", "m")], **measured(m=5)}
    tables["observations"] = [reading("m", 5, "2026-01-02")]
    # 11 of 110 days on Sunday 11 January; 10 of 101 (0.099) where it began a day later
    tenth = last("a", week=on("2026-01-05"), goals=[goal("a")], **tables)
    assert (tenth["expected"], tenth["reason_missing"]) == (0.1, None)
    assert (tenth["status_viva"], tenth["n_leaves_at_risk"]) == ("at_risk", 1)
    later = goal("a", starts_on=on("2026-01-02"), ends_on=on("2026-04-12"))
    early = last("a", week=on("2026-01-05"), goals=[later], **tables)
    assert early["expected"] == pytest.approx(10 / 101)
    assert (early["score_mean_equal"], early["reason_missing"]) == (0.05, "too_early")
    assert early["pace"] == pytest.approx(0.505)
    assert early["n_leaves_at_risk"] == 0
    assert [early[name] for name in early if name.startswith("status_")] == [None] * 5
    endless = last("a", goals=[goal("a", ends_on=None)], **tables)
    assert (endless["expected"], endless["pace"]) == (None, None)
    assert (endless["score_mean_equal"], endless["reason_missing"]) == (0.05, "open_end")


def test_no_reading_is_due_before_one_cadence_has_passed() -> None:
    tables = {
        "goals": [goal("a")],
        "goal_metrics": [target("a", "m")],
        "metrics": [{"metric": "m", "cadence_days": 87}],
        "observations": [reading("m", 50, "2026-01-05")],
    }
    # Sunday 29 March is 87 days after 1 January
    assert last("a", **tables)["reason_missing"] is None
    tables["metrics"] = [{"metric": "m", "cadence_days": 88}]
    row = last("a", **tables)
    assert (row["reason_missing"], row["n_leaves_at_risk"]) == ("too_early", 0)


def test_one_leaf_below_that_is_due_is_enough_to_judge_and_only_it_is_at_risk() -> None:
    row = last(
        "a",
        goals=[goal("a")],
        goal_metrics=[target("a", "m"), target("a", "n")],
        metrics=[{"metric": "m", "cadence_days": 200}, {"metric": "n", "cadence_days": 7}],
        observations=[reading("m", 0), reading("n", 0)],
    )
    assert (row["reason_missing"], row["n_leaves"], row["n_leaves_at_risk"]) == (None, 2, 1)


def test_the_rules_call_one_goal_differently() -> None:
    # expected 0.8; scores 1 and 0.5: 0.75 in the mean
    row = last(
        "a",
        goals=[goal("a")],
        goal_metrics=[target("a", "m"), target("a", "n")],
        **measured(m=100, n=50),
    )
    assert row["pace"] == pytest.approx(0.9375)
    assert row["status_viva"] == "behind"
    # capped at 1 first: (1 + 0.625) / 2 = 0.8125
    assert row["status_cascade"] == "at_risk"
    assert row["status_engagedly"] == "on_track"
    assert row["status_weakest"] == "at_risk"
    assert (row["n_leaves_at_risk"], row["hidden_risk"]) == (1, False)


def test_a_leaf_at_risk_under_a_goal_on_track_is_a_hidden_risk() -> None:
    row = last(
        "a",
        goals=[goal("a"), goal("b"), goal("c")],
        goal_edges=[edge("b", "a"), edge("c", "b")],
        goal_metrics=[target("a", "m"), target("b", "n"), target("c", "o")],
        # c at 0.6 (pace 0.75, behind) and n at 0.5 (at risk) make b 0.55 of 0.8, at risk
        **measured(m=100, n=50, o=60),
    )
    assert row["score_mean_equal"] == pytest.approx(0.775)
    assert (row["status_viva"], row["hidden_risk"]) == ("behind", False)
    better = last(
        "a",
        goals=[goal("a"), goal("b")],
        goal_edges=[edge("b", "a", 0.5)],
        goal_metrics=[target("a", "m", weight=2.0), target("b", "n"), target("b", "o")],
        # b: (0.5 + 0.7) / 2 = 0.6 of 0.8, behind, but n is at risk; a: (2 * 1 + 0.5 * 0.6) / 2.5
        **measured(m=100, n=50, o=70),
    )
    assert better["score_mean_weighted"] == pytest.approx(0.92)
    assert (better["status_viva"], better["status_weakest"]) == ("on_track", "behind")
    assert (better["n_leaves_at_risk"], better["hidden_risk"]) == (1, True)


@pytest.mark.parametrize(
    ("value", "viva", "engagedly"),
    [
        (80.0, "on_track", "on_track"),
        (79.9, "behind", "on_track"),
        (63.5, "behind", "behind"),  # 0.165 missing
        (60.0, "behind", "behind"),  # three quarters of the pace
        (59.9, "at_risk", "behind"),
        (47.0, "at_risk", "behind"),  # 0.33 missing
        (46.9, "at_risk", "at_risk"),
    ],
)
def test_bounds_of_pace_and_of_what_is_missing(value: float, viva: str, engagedly: str) -> None:
    row = last("a", goals=[goal("a")], goal_metrics=[target("a", "m")], **measured(m=value))
    assert (row["status_viva"], row["status_engagedly"]) == (viva, engagedly)
    assert row["status_weakest"] == viva


def test_the_forecasts_of_the_goals_metrics_are_averaged_where_they_are_given() -> None:
    made = world(goals=[goal("a")], goal_metrics=[target("a", "m")], **measured(m=50))
    assert "status_workpath" not in progress(made).columns
    outlook = pl.DataFrame(
        {
            "goal_id": ["goals:a"] * 3,
            "metric_id": ["goals:m", "goals:n", "goals:o"],
            "week_start": [LAST_WEEK] * 3,
            "attainment_p50": [0.4, 1.0, None],
        }
    )
    given = progress(made, outlook)
    assert one(given, week_start=LAST_WEEK)["status_workpath"] == "on_track"
    assert one(given, week_start=on("2026-03-16"))["status_workpath"] is None


# Moved targets and silence


def test_moved_targets_are_counted_and_the_first_one_is_kept_in_sight() -> None:
    row = last(
        "a",
        goals=[goal("a")],
        goal_metrics=[
            target("a", "m", target=50.0),
            # a new weight is no new target
            target("a", "m", target=50.0, weight=2.0, effective_from=on("2026-02-01")),
            target("a", "m", target=200.0, effective_from=on("2026-03-01")),
            target("a", "m", target=400.0, effective_from=on("2026-03-30")),
            target("a", "n"),
        ],
        **measured(m=40, n=100),
    )
    assert (row["n_target_changes"], row["attainment"]) == (1, 0.6)
    assert row["score_vs_first_target"] == pytest.approx(0.9)


def test_a_kind_that_changed_is_judged_as_it_first_was() -> None:
    row = last(
        "a",
        goals=[goal("a")],
        goal_metrics=[
            target("a", "m", kind="at_least", target=30.0),
            target("a", "m", target=80.0, effective_from=on("2026-03-01")),
        ],
        **measured(m=40),
    )
    assert (row["n_target_changes"], row["attainment"]) == (1, 0.5)
    assert row["score_vs_first_target"] == 1.0


def test_a_goal_is_stale_when_none_of_its_leaves_is_live() -> None:
    tables: dict[str, list[Row]] = {
        "goals": [goal("a"), goal("b")],
        "goal_edges": [edge("b", "a")],
        "goal_metrics": [target("a", "m"), target("b", "n")],
        "metrics": [{"metric": "m", "cadence_days": 7}, {"metric": "n"}],
        # 35 days before Sunday is 22 February
        "observations": [reading("m", 50, "2026-03-18"), reading("n", 50, "2026-02-22")],
    }
    assert last("a", **tables)["is_stale"] is False
    tables["observations"][1] = reading("n", 50, "2026-02-21")
    assert last("a", **tables)["is_stale"] is True


def test_only_published_goals_that_are_active_have_rows() -> None:
    table = progress(
        world(
            goals=[
                goal("a"), goal("b", visibility="private"), goal("c", level="individual"),
                goal("d", ends_on=on("2026-03-28")), goal("e", status="draft"),
            ],
        )
    )  # fmt: skip
    shown = table.filter(week_start=LAST_WEEK)["goal_id"].to_list()
    assert shown == ["goals:a"]
    assert table.height == 13 + 12  # a from Sunday 4 January on, d until the one before its end


# The portfolio

UNITS: list[Row] = [
    {"unit": "root"}, {"unit": "sales", "parent": "root"}, {"unit": "north", "parent": "sales"},
]  # fmt: skip


def portfolio(made: World, *hidden: tuple[str, str], weeks: int = 1) -> pl.DataFrame:
    standings, _ = weeks_and_rollups(made)
    rows = [
        (f"hr:{unit}", LAST_WEEK - dt.timedelta(weeks=n), basis, (unit, basis) not in hidden)
        for n in range(weeks)
        for basis in ("as_was", "restated")
        for unit in ("root", "sales", "north")
    ]
    columns = ["org_unit_id", "week_start", "org_basis", "is_shown"]
    return goal_portfolio(standings, pl.DataFrame(rows, schema=columns, orient="row"))


def cell(table: pl.DataFrame, unit: str, basis: str = "as_was", week: dt.date = LAST_WEEK) -> Row:
    return one(table, org_unit_id=f"hr:{unit}", org_basis=basis, week_start=week)


def test_a_unit_counts_the_goals_of_its_subtree_and_the_root_those_of_no_unit() -> None:
    table = portfolio(
        world(
            units=UNITS,
            goals=[
                goal("a", level="company", unit="root"), goal("b", unit="sales"),
                goal("c", unit="north", level="individual", visibility="private"),
                goal("d"), goal("e", unit="north", status="draft"), goal("f", unit="root"),
            ],
            goal_edges=[edge("b", "a"), edge("c", "b"), edge("f", "b")],
            goal_metrics=[target("b", "m"), target("b", "n"), target("c", "m")],
            checkins=[checkin("b", 0.5), checkin("c", 0.5, "2026-02-01")],
            **measured(m=1, n=1),
        )
    )  # fmt: skip
    root, sales, north = (cell(table, unit) for unit in ("root", "sales", "north"))
    assert [row["n_goals"] for row in (root, sales, north)] == [5, 2, 1]
    assert (root["top_share"], root["aligned_share"], root["unaligned_share"]) == (0.2, 0.6, 0.2)
    assert (root["lapsed_share"], root["island_share"]) == (0, 0)
    assert (root["aligned_up_share"], sales["aligned_up_share"]) == (0.6, 1.0)
    # a has b and b has f in another unit, f has none; c's unit has no sub-unit, d's is unknown
    assert root["cascaded_down_share"] == pytest.approx(2 / 3)
    assert (sales["cascaded_down_share"], north["cascaded_down_share"]) == (1.0, None)
    assert (root["fresh_share"], sales["fresh_share"]) == (0.2, 0.5)
    # depths 0, 1, 2, 2 and one goal without
    assert (root["median_depth"], north["median_depth"]) == (1.5, 2.0)
    assert root["goals_per_unit"] == pytest.approx(5 / 3)
    assert (sales["goals_per_unit"], sales["metrics_per_goal"]) == (1.0, 1.5)
    assert (sales["suppressed"], sales["reason_missing"]) == (False, None)


@pytest.mark.parametrize(("level", "share"), [("unit", 1.0), ("individual", 0.0)])
def test_individual_goals_are_no_load_of_their_unit(level: str, share: float) -> None:
    goals = [goal(f"g{n}", unit="north") for n in range(5)]
    made = world(units=UNITS, goals=[*goals, goal("i", unit="north", level=level)])
    north = cell(portfolio(made), "north")
    assert (north["n_goals"], north["overloaded_share"]) == (6, share)


def test_a_row_without_goals_says_so_and_a_hidden_one_says_nothing_else() -> None:
    made = world(units=UNITS, goals=[goal("a", unit="sales")])
    table = portfolio(made, ("sales", "as_was"))
    empty, hidden = cell(table, "north"), cell(table, "sales")
    assert (empty["n_goals"], empty["reason_missing"], empty["suppressed"]) == (
        0, "no_goals", False,
    )  # fmt: skip
    assert (empty["top_share"], empty["goals_per_unit"], empty["metrics_per_goal"]) == (
        None, 0, None,
    )  # fmt: skip
    assert (hidden["suppressed"], hidden["reason_missing"]) == (True, "few_people")
    keys = ("org_unit_id", "week_start", "org_basis", "suppressed", "reason_missing")
    assert {value for name, value in hidden.items() if name not in keys} == {None}
    assert cell(table, "sales", "restated")["n_goals"] == 1
    # nobody ever gave a check-in or a metric: unknown, not none
    assert cell(table, "root")["fresh_share"] is None
    assert cell(table, "root")["metrics_per_goal"] is None


def test_restated_goals_stand_in_the_unit_of_today_and_in_todays_tree() -> None:
    # p moves from north to sales on 16 March; goal b, which ended before, is
    # his today; north leaves sales on Monday
    made = world(
        units=[*UNITS, {"unit": "north", "parent": "root", "valid_from": on("2026-03-30")}],
        people=[{"person": "p"}],
        seats=[
            {"person": "p", "unit": "north", "effective_to": on("2026-03-15")},
            {"person": "p", "unit": "sales", "effective_from": on("2026-03-16")},
        ],
        goals=[goal("a"), goal("b", ends_on=on("2026-03-08"))],
        goal_owners=[{"goal": "a", "person": "p"}, {"goal": "b", "person": "p"}],
    )
    table = portfolio(made, weeks=4)
    first = LAST_WEEK - dt.timedelta(weeks=3)  # Sunday 8 March
    found = {
        (unit, basis): cell(table, unit, basis, first)["n_goals"]
        for unit in ("root", "sales", "north")
        for basis in ("as_was", "restated")
    }
    assert found == {
        ("root", "as_was"): 2, ("sales", "as_was"): 2, ("north", "as_was"): 2,
        ("root", "restated"): 2, ("sales", "restated"): 2, ("north", "restated"): 0,
    }  # fmt: skip
    assert cell(table, "sales", "restated", first)["goals_per_unit"] == 2.0
    assert cell(table, "sales", "as_was", first)["goals_per_unit"] == 1.0
