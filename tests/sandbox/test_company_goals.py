"""The sample company's goals and metrics have every feature that the measures tell apart."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from sandbox.world import World

Truth = dict[str, pl.DataFrame]


def test_goals_of_all_levels_run_in_quarters_and_years(company: World) -> None:
    goals = company.goals
    assert set(goals["level"]) == {"company", "unit", "team", "individual"}
    assert set(goals["cycle"]) >= {
        "2025-Q3",
        "2025-Q4",
        "2026-Q1",
        "2026-Q2",
        "2026-Q3",
        "2026-Q4",
        "2025",
        "2026",
    }
    assert set(goals["visibility"]) == {"public", "unit", "private"}
    assert set(goals["status"]) == {"draft", "open"}
    assert set(goals["origin"]) == {None, "self_set", "negotiated", "assigned"}
    assert goals.filter(pl.col("level") != "individual").height >= 300


def test_every_class_of_goal_occurs_on_the_last_day_and_before(
    company: World, truth: Truth
) -> None:
    weeks = truth["goal_alignment"]
    last = weeks.filter(pl.col("week_start") == pl.col("week_start").max())
    for some in (weeks, last):
        assert set(some["node_class"]) == {"top", "aligned", "lapsed", "island", "unaligned"}
    aligned = last.filter(pl.col("node_class") == "aligned").height
    assert aligned / last.height == pytest.approx(0.45, abs=0.2)
    assert weeks.filter(pl.col("links_to_top") > 1).height >= 20
    for flag in (
        "is_aligned_up",
        "is_cascaded_down",
        "is_shared",
        "is_overloaded",
        "is_phantom_owned",
    ):
        assert weeks[flag].any(), flag
    assert set(weeks["checkin_state"]) == {"fresh", "late", "never"}


def test_chains_lapse_by_date_by_being_done_and_by_being_cancelled(
    company: World, truth: Truth
) -> None:
    leaves = company.goals.filter(pl.col("title").str.starts_with("A leaf under a middle"))
    states = truth["goal_week"].filter(
        pl.col("goal_id").is_in(("goals:" + leaves["goal"]).implode())
    )
    by_title = states.join(
        leaves.select("title", goal_id=pl.lit("goals:") + pl.col("goal")), on="goal_id"
    )
    lapsed = by_title.filter(pl.col("node_class") == "lapsed")
    assert {title.rsplit("ended ", 1)[1] for title in lapsed["title"]} == {
        "by date",
        "done early",
        "cancelled",
    }
    aligned_before = by_title.filter(pl.col("node_class") == "aligned")
    assert set(aligned_before["goal_id"]) == set("goals:" + leaves["goal"])


def test_edges_form_circles_orphans_and_several_parents(company: World, truth: Truth) -> None:
    edges = company.goal_edges.filter(pl.col("edge_type") == "contributes")
    up = dict(edges.group_by("child").agg("parent").rows())
    twos = {(a, b) for a, parents in up.items() for b in parents if a in up.get(b, [])}
    threes = [
        a
        for a, parents in up.items()
        if any(a in up.get(c, []) for b in parents for c in up.get(b, []) if c not in (a, b))
    ]
    assert len(twos) >= 4
    assert len(threes) >= 3
    known = set(company.goals["goal"])
    assert edges.filter(~pl.col("parent").is_in(known)).height >= 3
    assert edges["child"].is_duplicated().sum() >= 30
    assert company.goal_edges.filter(pl.col("edge_type") == "supports").height >= 20
    assert edges["weight"].null_count() > 0
    assert edges["weight"].drop_nulls().len() > 20
    led_up = [pair for pair in twos if len(up[pair[0]]) == 2]
    kept = truth["goal_week"].filter(
        pl.col("goal_id").is_in([f"goals:{a}" for a, _ in led_up]),
        pl.col("node_class") == "aligned",
    )
    assert kept["goal_id"].n_unique() >= 1, "the older edge, out of the circle, is kept"


def test_a_listed_top_goal_is_none_of_the_company(company: World, truth: Truth) -> None:
    listed = company.top_goals.join(company.goals, on="goal")
    undue = listed.filter(pl.col("level") != "company")
    assert undue.height == 1
    classes = truth["goal_week"].filter(
        pl.col("goal_id") == "goals:" + undue["goal"][0], pl.col("is_active")
    )
    assert set(classes["node_class"]) == {"top"}


def test_spans_and_changes_of_goals_vary(company: World) -> None:
    goals, events = company.goals, company.goal_events
    assert goals.filter(pl.col("starts_on").is_null(), pl.col("ends_on").is_null()).height >= 2
    assert goals.filter(pl.col("starts_on").is_null()).height >= 10
    assert goals.filter(pl.col("ends_on").is_null()).height >= 10
    assert goals.filter(pl.col("starts_on") > company.end).height >= 1
    assert set(events["field"]) == {"status", "starts_on", "ends_on", "level", "weight"}
    assert set(events.filter(pl.col("field") == "status")["after"]) == {"open", "done", "cancelled"}
    moved = events.filter(pl.col("field") == "ends_on")
    assert moved.filter(pl.col("after") > pl.col("before")).height >= 3
    assert moved.filter(pl.col("after") < pl.col("before")).height >= 3
    still = events.filter(pl.col("field") == "status")["goal"]
    drafts = goals.filter(pl.col("status") == "draft", ~pl.col("goal").is_in(still.implode()))
    assert drafts.height >= 5


def test_changes_of_a_field_follow_each_other(company: World) -> None:
    chained = company.goal_events.sort("goal", "field", "at", "event").with_columns(
        pl.col("after").shift().over("goal", "field").alias("held")
    )
    later = chained.filter(pl.col("event").cum_count().over("goal", "field") > 1)
    assert later.filter(pl.col("before").ne_missing(pl.col("held"))).is_empty()
    born = company.goals.unpivot(
        ["status", "level"], index="goal", variable_name="field", value_name="first"
    )
    firsts = chained.filter(pl.col("event").cum_count().over("goal", "field") == 1)
    both = firsts.join(born, on=["goal", "field"])
    assert both.filter(pl.col("before") != pl.col("first")).is_empty()


def test_reasons_are_full_short_missing_or_said_again(company: World) -> None:
    goals = company.goals.filter(pl.col("level") != "individual")
    assert goals.filter(pl.col("why").is_null()).height >= 40
    assert goals.filter(pl.col("why").str.len_chars() < 20).height >= 10
    assert goals.filter(pl.col("why") == pl.col("title") + "!").height >= 10
    parents = company.goal_edges.join(
        company.goals.select("goal", parent_why="why"), left_on="parent", right_on="goal"
    ).join(company.goals.select("goal", "why"), left_on="child", right_on="goal")
    assert parents.filter(pl.col("why") == pl.col("parent_why")).height >= 3
    assert goals.filter(pl.col("why").str.len_chars() > 60).height >= 150


def test_goals_are_owned_by_people_units_several_leavers_or_nobody(company: World) -> None:
    goals = company.goals.filter(pl.col("level") != "individual")
    owners = company.goal_owners
    assert goals.join(owners, on="goal", how="anti").height >= 30
    assert owners["unit"].drop_nulls().len() >= 20
    assert owners.filter(pl.col("person").is_not_null())["goal"].is_duplicated().sum() >= 30
    left = (
        owners.join(company.people, on="person")
        .join(company.goals, on="goal")
        .filter(pl.col("left_on") < pl.col("ends_on"), pl.col("cycle") == "2026-Q4")
    )
    assert left.height >= 3
    assert goals["unit"].null_count() >= 10


def test_targets_are_of_all_kinds_and_some_change(company: World) -> None:
    targets = company.goal_metrics
    assert set(targets["kind"]) == {"reach", "at_least", "at_most"}
    per_goal = targets.group_by("goal").agg(pl.col("metric").n_unique())
    assert per_goal["metric"].max() > 5
    assert targets.select("goal", "metric").is_duplicated().sum() >= 40
    assert company.goals.join(targets, on="goal", how="anti").height >= 100
    assert company.metrics.join(targets, on="metric", how="anti").height >= 2
    assert targets.filter(pl.col("baseline") == pl.col("target")).height >= 5
    for flag in ("is_leading", "is_customer_facing"):
        assert set(company.metrics[flag]) == {True, False, None}
    assert company.metrics["cadence_days"].null_count() >= 3


def test_readings_have_gaps_ends_and_revisions(company: World) -> None:
    readings = company.observations
    last = readings.group_by("metric").agg(pl.col("observed_on").max())
    dead = last.filter(pl.col("observed_on") < company.end - dt.timedelta(days=60))
    assert dead.height >= 4
    days = readings.unique(["metric", "observed_on"]).sort("metric", "observed_on")
    gaps = days.select(pl.col("observed_on").diff().over("metric").dt.total_days().alias("gap"))
    assert gaps.filter(pl.col("gap") >= 56).height >= 5
    revised = readings.filter(pl.struct("metric", "observed_on").is_duplicated())
    assert revised.height >= 100
    assert set(readings["entry"]) == {"manual", "integration"}
    assert (readings["recorded_at"].dt.date() >= readings["observed_on"]).all()
