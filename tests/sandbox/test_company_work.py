"""The sample company's work has every way of linking, changing and logging."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from sandbox.initiatives import ORPHANS
from sandbox.truth import compute
from sandbox.world import STATUS_CATEGORY, World, end_of

Truth = dict[str, pl.DataFrame]


def items_with_parents(company: World) -> pl.DataFrame:
    above = company.items.select("item", parent_type="type", parent_goals="first_goals")
    return company.items.join(above, left_on="parent", right_on="item", how="left")


def test_the_tracker_has_themes_epics_stories_and_sub_tasks(company: World) -> None:
    items = items_with_parents(company)
    pairs = set(items.select("type", "parent_type").unique().rows())
    assert pairs >= {
        ("Theme", None),
        ("Epic", None),
        ("Epic", "Theme"),
        ("Story", "Epic"),
        ("Story", None),
        ("Sub-task", "Story"),
    }
    assert set(items.filter("is_initiative")["type"]) == {"Theme", "Epic"}
    years = company.people.height * (company.end - company.start).days / 365.25
    assert 13 <= items.height / years <= 20
    assert items.filter(pl.col("type") == "Story").height > 0.5 * items.height


def test_items_exist_before_what_refers_to_them(company: World) -> None:
    items = company.items.select("item", "created_at")
    accounts = company.accounts.select("account", opened="created_at")
    parents = company.items.join(items, left_on="parent", right_on="item", suffix="_above")
    assert parents.filter(pl.col("created_at") < pl.col("created_at_above")).is_empty()
    logs = company.worklogs.join(items, on="item", suffix="_item")
    assert logs.filter(pl.col("started_at") < pl.col("created_at_item")).is_empty()
    logs = logs.join(accounts, on="account")
    assert logs.filter(pl.col("started_at") < pl.col("opened")).is_empty()
    events = company.item_events.join(items, on="item")
    assert events.filter(pl.col("at") <= pl.col("created_at")).is_empty()
    for column in ("first_assignee", "reporter"):
        named = company.items.join(accounts, left_on=column, right_on="account")
        assert named.filter(pl.col("created_at") < pl.col("opened")).is_empty(), column
    passed = company.item_events.filter(pl.col("field") == "assignee")
    passed = passed.join(accounts, left_on="after", right_on="account")
    assert passed.filter(pl.col("at") < pl.col("opened")).is_empty()


def test_changes_of_an_item_follow_each_other(company: World) -> None:
    events = company.item_events.sort("item", "field", "event")
    first = pl.col("event") == pl.col("event").min().over("item", "field")
    held = events.with_columns(pl.col("after").shift().over("item", "field").alias("held"))
    assert held.filter(~first, pl.col("before").ne_missing(pl.col("held"))).is_empty()
    born = company.items.select(
        "item", status="first_status", assignee="first_assignee", goal="first_goals"
    ).unpivot(index="item", variable_name="field", value_name="first")
    firsts = events.filter(first).join(born, on=["item", "field"])
    assert firsts.filter(pl.col("before").ne_missing(pl.col("first"))).is_empty()
    assert events.filter(pl.col("before").eq_missing(pl.col("after"))).is_empty()
    in_order = company.item_events["at"]
    assert in_order.is_sorted()


def test_items_move_through_all_statuses_in_all_ways(company: World) -> None:
    moves = company.item_events.filter(pl.col("field") == "status")
    assert set(moves["before"]) | set(moves["after"]) == set(STATUS_CATEGORY)
    steps = set(moves.select("before", "after").unique().rows())
    assert steps >= {
        ("Backlog", "Done"),
        ("Done", "In Progress"),
        ("In Progress", "Selected"),
        ("In Progress", "Won't Do"),
        ("In Review", "Done"),
    }
    at_once = moves.filter(pl.struct("item", "at").is_duplicated())
    assert at_once.height >= 100, "two statuses in one instant"
    straight = moves.filter(pl.col("before") == "Backlog", pl.col("after") == "Done")
    spans = straight.join(company.items, on="item").filter(pl.col("started_on").is_not_null())
    assert spans.height >= 300
    passed = company.item_events.filter(pl.col("field") == "assignee")
    assert passed.filter(pl.col("before").is_null()).height >= 1000
    assert passed.filter(pl.col("after").is_null()).height >= 30
    assert passed.filter(pl.col("before").is_not_null(), pl.col("after").is_not_null()).height > 300


def test_initiatives_are_linked_in_every_way(company: World, truth: Truth) -> None:
    links, items, goals = company.links, company.items, company.goals
    said = links.with_columns(
        undated=pl.col("linked_at").is_null(), ends=pl.col("unlinked_at").is_not_null()
    )
    ways = set(said.select("stated_in", "by_name", "undated").unique().rows())
    assert ways >= {
        ("goal_system", False, False),
        ("goal_system", True, False),
        ("declared", False, False),
        ("declared", True, False),
        ("declared", False, True),
    }
    assert said["ends"].sum() >= 10
    assert said.filter(pl.struct("goal", "item").is_duplicated()).height >= 2, "linked again"
    late = links.join(items, on="item").filter(
        pl.col("linked_at").dt.date() > pl.col("started_on") + dt.timedelta(days=14)
    )
    assert late.height >= 5
    odd = links.join(goals, on="goal")
    assert odd.filter(pl.col("ends_on") < pl.col("linked_at").dt.date()).height >= 2
    assert odd.filter(pl.col("status") == "draft").height >= 1
    assert odd.filter(pl.col("level") == "individual").height >= 2
    changes = company.item_events.filter(pl.col("field") == "goal").join(
        items.filter("is_initiative"), on="item"
    )
    kinds = set(changes.select(a=pl.col("before").is_null(), b=pl.col("after").is_null()).rows())
    assert kinds == {(True, False), (False, True), (False, False)}
    assert changes.filter(pl.col("after").str.contains(";")).height >= 1
    named = items.filter("is_initiative")["first_goals"].drop_nulls()
    assert (~named.is_in(goals["goal"].implode())).sum() >= 3, "a goal that does not exist"
    found = truth["alignment_chain"]
    assert set(found["link_method"].drop_nulls()) == {
        "declared",
        "goal_system",
        "item_reference",
        "hierarchy",
    }
    assert set(found["link_status"]) == {
        "complete",
        "goal_without_metric",
        "goal_without_initiative",
        "goal_without_both",
        "initiative_below",
        "metric_without_goal",
        "initiative_without_goal",
        "goal_not_published",
    }


def test_work_has_goals_of_its_own_with_and_without_an_initiative(company: World) -> None:
    items = items_with_parents(company).filter(~pl.col("is_initiative"))
    lone = items.filter(pl.col("parent").is_null())
    assert lone.filter(pl.col("first_goals").is_null()).height >= 400
    assert lone.filter(pl.col("first_goals").is_not_null()).height >= 100
    other = items.filter(pl.col("parent_type") == "Epic", pl.col("first_goals").is_not_null())
    assert other.filter(pl.col("first_goals").ne_missing(pl.col("parent_goals"))).height >= 100
    assert items.filter(pl.col("first_goals").str.contains(";")).height >= 5
    known = company.goals["goal"].implode()
    single = items.filter(~pl.col("first_goals").str.contains(";"))
    assert single.filter(~pl.col("first_goals").is_in(known)).height >= 5


def test_two_orphans_take_much_and_little_work(company: World, truth: Truth) -> None:
    orphans = dict(company.items.filter(pl.col("title").is_in(ORPHANS))["title", "item"].rows())
    below = company.items.filter(pl.col("parent").is_in(list(orphans.values())))
    days = (
        truth["effort"]
        .join(
            below.select("parent", work_item_id=pl.lit("jira:") + pl.col("item")),
            on="work_item_id",
        )
        .group_by("parent")
        .agg(pl.col("person_days").sum())
    )
    found = dict(days.rows())
    assert found[orphans[ORPHANS[0]]] == pytest.approx(340, abs=5)
    assert found[orphans[ORPHANS[1]]] == pytest.approx(3, abs=0.01)


def test_time_is_logged_by_most_late_by_some_and_at_night_by_a_few(company: World) -> None:
    logs = company.worklogs
    assert 60_000 <= logs.height <= 100_000
    assert (logs["seconds"] > 0).all()
    wait = logs["created_at"] - logs["started_at"]
    assert (wait > dt.timedelta(0)).all()
    assert 0.1 <= (wait > dt.timedelta(days=1)).mean() <= 0.3
    assert logs.filter(pl.col("started_at").dt.weekday() > 5).height >= 300
    placed = (
        logs.join(company.accounts, on="account")
        .join(company.people, on="person")
        .join(company.locations, on="location")
    )
    for zone in ("America/New_York", "Asia/Singapore", "Europe/Berlin"):
        there = placed.filter(pl.col("time_zone") == zone)
        local = there["started_at"].dt.convert_time_zone(zone).dt.date()
        assert (local != there["started_at"].dt.date()).sum() >= 20, zone
    days = logs.group_by("account", pl.col("started_at").dt.date()).agg(pl.col("seconds").sum())
    assert days.filter(pl.col("seconds") > 10 * 3600).height >= 500


def test_effort_is_covered_by_three_bases_and_mostly_matched(company: World, truth: Truth) -> None:
    effort = truth["effort"]
    total = effort["person_days"].sum()
    by_basis = dict(effort.group_by("basis").agg(pl.col("person_days").sum()).rows())
    assert by_basis["worklog"] / total > 0.5
    assert by_basis["status"] / total > 0.1
    assert by_basis["span"] > 500
    uncertain = effort.filter(pl.col("person_id").is_null())["person_days"].sum()
    assert 0.1 <= uncertain / total <= 0.25, "what neither number nor e-mail matches"


def test_coverage_is_good_but_for_a_department_that_starts_late(truth: Truth) -> None:
    weeks = truth["effort_alignment"].filter(
        ~pl.col("suppressed"), pl.col("week_start") > pl.col("week_start").min()
    )
    covered = weeks["effort_coverage"]
    assert covered.median() == pytest.approx(0.84, abs=0.08)
    assert covered.is_between(0.6, 1.0).mean() > 0.9
    thin = weeks.filter(pl.col("effort_coverage") < 0.3)
    assert thin.height >= 8
    assert set(thin["reason_missing"]) <= {"low_coverage", "no_effort"}
    assert set(truth["effort_alignment"]["reason_missing"]) == {
        None,
        "low_coverage",
        "no_effort",
        "few_people",
    }


def test_the_truth_of_an_earlier_day_can_be_told(company: World) -> None:
    earlier = compute(company, end_of(dt.date(2026, 1, 31)))
    assert earlier["effort_alignment"].height > 500
