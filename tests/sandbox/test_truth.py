"""The truth as a whole: what an observer can know, and what holds in the sample company."""

from __future__ import annotations

import datetime as dt
from functools import cache

import polars as pl
import pytest

from sandbox.company import generate
from sandbox.truth import compute, weekpattern
from sandbox.truth.cut import observed
from sandbox.truth.effort import person_of
from sandbox.truth.org import Organisation
from sandbox.world import SCHEMAS, World, end_of
from tests.sandbox.tiny_world import at, on, one, truth, world

SUNDAY = dt.date(2026, 8, 30)
"""Before the company's last day, so that its future must be left out."""
WEEK = dt.timedelta(days=7)


@cache
def company() -> World:
    return generate(seed=3, people=120, months=9)


@cache
def found() -> dict[str, pl.DataFrame]:
    return compute(company(), end_of(SUNDAY))


# What an observer can know ------------------------------------------------------------------


def test_a_naive_as_of_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        compute(world(), dt.datetime(2026, 3, 31))  # noqa: DTZ001


def test_an_empty_world_gives_every_table_empty() -> None:
    tables = truth(world())
    assert {name: table.height for name, table in tables.items()} == dict.fromkeys(tables, 0)
    assert len(tables) == 21


def test_the_future_of_as_of_is_not_known() -> None:
    as_of = on("2026-03-31")
    soon = on("2026-04-01")
    made = world(
        people=[
            {"person": "p", "left_on": soon, "leave_from": soon, "leave_to": on("2026-05-01")},
            {"person": "new", "hired_on": soon},
        ],
        seats=[{"person": "p", "unit": "u", "effective_to": soon}],
        goals=[
            {"goal": "a", "ends_on": on("2026-12-31")},
            {"goal": "b", "created_at": at("2026-04-01")},
        ],
        goal_edges=[{"child": "b", "parent": "a"}],
        items=[{"item": "i", "deleted_at": at("2026-04-01")}],
        links=[
            {"goal": "a", "item": "i", "unlinked_at": at("2026-04-01")},
            {"goal": "a", "item": "i", "linked_at": at("2026-04-01")},
        ],
        incentive_lines=[{"line": "l", "person": "p", "period_start": soon}],
    )  # fmt: skip
    seen = observed(made, end_of(as_of))
    (person,) = seen.people.iter_rows(named=True)
    assert [person[c] for c in ("left_on", "leave_from", "leave_to")] == [None, None, None]
    assert seen.seats["effective_to"].to_list() == [None]
    assert seen.goals["goal"].to_list() == ["a"]
    assert seen.goals["ends_on"].to_list() == [on("2026-12-31")]
    assert seen.goal_edges.height == 0
    assert seen.items["item"].to_list() == ["i"]
    assert seen.links["unlinked_at"].to_list() == [None]
    assert seen.incentive_lines.is_empty()
    tomorrow = observed(made, end_of(soon))
    assert tomorrow.people["left_on"].to_list() == [soon, None]
    assert (tomorrow.items.height, tomorrow.seats["effective_to"][0]) == (0, soon)
    assert tomorrow.incentive_lines.height == 1


def test_a_cut_world_cut_again_is_the_same() -> None:
    once = observed(company(), end_of(SUNDAY))
    twice = observed(once, end_of(SUNDAY))
    assert all(getattr(once, name).equals(getattr(twice, name)) for name in SCHEMAS)
    assert once.worklogs.height < company().worklogs.height


def test_the_truth_of_a_cut_world_is_that_of_the_world_to_the_last_bit() -> None:
    again = compute(observed(company(), end_of(SUNDAY)), end_of(SUNDAY))
    assert [name for name, table in found().items() if not table.equals(again[name])] == []


# The sample company -------------------------------------------------------------------------


def test_no_day_of_anybody_exceeds_the_fte_and_each_day_has_one_basis() -> None:
    org = Organisation(observed(company(), end_of(SUNDAY)))
    effort = found()["effort"].with_columns(worker=pl.coalesce("person_id", "account_id"))
    days = effort.group_by("worker", "day").agg(
        pl.col("person_days").sum(), pl.col("basis").n_unique()
    )
    assert days["basis"].max() == 1
    assert set(effort["basis"]) == {"worklog", "status", "span"}
    for worker, day, amount, _ in days.iter_rows():
        person = person_of(worker)
        assert amount <= (1.0 if person is None else org.fte(person, day)) + 1e-9


def test_shares_lie_between_their_bounds_and_classes_sum_to_the_whole() -> None:
    rows = found()["effort_alignment"].filter(~pl.col("suppressed"))
    assert rows.height > 0
    shares = rows.drop_nulls("aligned_share")
    assert shares.height > 0
    for column in ("aligned_share", "aligned_share_high", "unmatched_share", "basis_worklog_share"):
        assert shares[column].is_between(0, 1).all()
    assert (shares["aligned_share_low"] == shares["aligned_share"]).all()
    assert (shares["aligned_share_high"] >= shares["aligned_share"]).all()
    classes = ("aligned", "lapsed", "island", "unaligned", "expired")
    parts = rows.select(pl.sum_horizontal(f"person_days_{c}" for c in classes)).to_series()
    assert (parts - rows["person_days"]).abs().max() < 1e-9


def test_a_unit_has_its_own_effort_and_that_of_its_children(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(weekpattern, "MINIMUM_PEOPLE", 0)
    tables = compute(company(), end_of(SUNDAY), minimum_group_effort=0)
    org = Organisation(observed(company(), end_of(SUNDAY)))
    own: dict[tuple[str | None, dt.date], float] = {}
    for row in tables["effort"].iter_rows(named=True):
        week = row["day"] - dt.timedelta(days=row["day"].weekday())
        person = row["person_id"] and row["person_id"].removeprefix("hr:")
        for place in org.places(person, row["day"]):
            key = (place.unit, week)
            own[key] = own.get(key, 0.0) + row["person_days"] * place.share
    sums = {
        (unit.removeprefix("hr:"), week): days
        for unit, week, days in tables["effort_alignment"]
        .filter(pl.col("org_basis") == "as_was")
        .select("org_unit_id", "week_start", "person_days")
        .iter_rows()
    }
    weeks = {week for _, week in sums}
    still = [w for w in weeks if not any(w < day < w + WEEK for day in org.tree_days)]
    assert len(still) > 20
    for week in still:
        tree = org.tree(week)
        for unit in tree.parent:
            below = sum(sums[c, week] for c, above in tree.parent.items() if above == unit)
            assert sums[unit, week] == pytest.approx(own.get((unit, week), 0.0) + below, abs=1e-9)
    for _, cells in tables["effort_own_unit"].group_by("org_basis"):
        total = tables["effort"]["person_days"].sum()
        assert cells["person_days"].sum() == pytest.approx(total, abs=1e-6)


def test_the_split_over_goals_sums_to_the_effort_that_has_goals() -> None:
    key = ["person_id", "account_id", "day", "work_item_id"]
    split = found()["effort_goal"].group_by(key).agg(pl.col("person_days").sum().alias("split"))
    both = found()["effort"].join(split, on=key, how="left", nulls_equal=True)
    given = both.drop_nulls("split")
    assert split.height == given.height > 0
    assert (given["split"] - given["person_days"]).abs().max() < 1e-9
    classes = found()["item_class"]
    served = {"top", "aligned", "lapsed", "island", "expired"}
    assert set(classes.filter("is_unknown")["node_class"]) == {"unaligned"}
    weekly = both.with_columns(week_start=pl.col("day").dt.truncate("1w")).join(
        classes, on=["work_item_id", "week_start"]
    )
    assert weekly.height == both.height
    without = weekly.filter(pl.col("split").is_null())
    assert set(without["node_class"]) == {"unaligned"}
    assert served <= set(weekly["node_class"])


def test_depth_and_tops_go_with_the_class() -> None:
    weeks = found()["goal_week"].filter("is_active")
    assert set(weeks["node_class"]) == {"top", "aligned", "lapsed", "island", "unaligned"}
    for node_class, depth, tops in weeks.select("node_class", "depth", "links_to_top").iter_rows():
        if node_class == "top":
            assert (depth, tops >= 1) == (0, True)
        elif node_class == "aligned":
            assert depth >= 1 and tops >= 1
        else:
            assert (depth, tops) == (None, 0)


def test_every_shown_goal_stands_in_the_triad_the_chain_and_its_last_week() -> None:
    tables = found()
    last = SUNDAY - dt.timedelta(days=6)
    week = tables["goal_alignment"].filter(pl.col("week_start") == last)
    triad = tables["goal_triad"]
    assert triad["goal_id"].to_list() == week["goal_id"].to_list()
    assert set(tables["alignment_chain"]["goal_id"].drop_nulls()) == set(triad["goal_id"])
    chains = tables["alignment_chain"].join(
        triad.select("goal_id", "n_metrics", "initiative_via"), on="goal_id"
    )
    for row in chains.iter_rows(named=True):
        assert (row["metric_id"] is not None) == (row["n_metrics"] > 0)
        if row["initiative_id"] is not None:
            assert row["initiative_via"] == "own"


def test_effort_of_an_initiative_is_whole_days_over_its_rows() -> None:
    chains = found()["alignment_chain"].drop_nulls("initiative_id")
    sums = (
        chains.drop_nulls("effort_allocated")
        .group_by("initiative_id")
        .agg(pl.col("effort_allocated").sum())
    )
    assert sums.height > 0
    assert all(total == pytest.approx(round(total), abs=1e-9) for total in sums["effort_allocated"])


def test_the_root_of_a_week_holds_all_effort_of_the_week() -> None:
    week = on("2026-06-01")
    days = found()["effort"].filter(pl.col("day").is_between(week, week + dt.timedelta(days=6)))
    for basis in ("as_was", "restated"):
        key = {"org_unit_id": "hr:1000", "week_start": week, "org_basis": basis}
        root = one(found()["effort_alignment"], **key)
        assert root["person_days"] == pytest.approx(days["person_days"].sum(), abs=1e-9)
