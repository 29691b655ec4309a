"""The sample company has what the measures of pull, pay and customers must tell apart."""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import pairwise

import polars as pl
import pytest

from sandbox import measurecases, observe, orgtree, shiftcases
from sandbox.company import generate
from sandbox.draw import Plan, day_of
from sandbox.incentives import PAID, UNKNOWN
from sandbox.measurecases import Parts
from sandbox.world import World, end_of

SEEDS = (1, 2, 3)


@cache
def company_of(seed: int) -> World:
    return generate(seed)


@cache
def parts_of(seed: int) -> Parts:
    made = company_of(seed)
    plan = Plan(seed, 400, day_of(made.start), day_of(made.end))
    needed = {name: getattr(made, name) for name in ("answers", "responses", "surveys")}
    return measurecases.cast(orgtree.plant(plan), needed)


def origins(made: World, unit: str) -> set[str | None]:
    tables = {name: getattr(made, name) for name in ("goals", "goal_owners", "seats")}
    chosen = sorted(measurecases.goals_of(tables, unit))
    return set(made.goals.filter(pl.col("goal").is_in(chosen))["origin"])


def favourable(made: World, unit: str) -> list[float]:
    """Share of favourable answers by question and wave, of what was answered."""
    asked = made.survey_questions.filter(pl.col("construct").is_in(["ownership", "participation"]))
    return (
        made.answers.filter(pl.col("state") == "answered")
        .join(made.responses.filter(pl.col("unit") == unit), on="response")
        .join(asked, on=["survey", "question"])
        .group_by("survey", "question")
        .agg((pl.col("value") >= 4).mean().alias("share"))
        .sort("survey", "question")["share"]
        .to_list()
    )


# Pull and push


@pytest.mark.parametrize("seed", SEEDS)
def test_a_unit_is_told_its_goals_and_its_twin_sets_them(seed: int) -> None:
    made, parts = company_of(seed), parts_of(seed)
    assert origins(made, parts.assigned) == {"assigned"}
    assert origins(made, parts.choosing) <= {"self_set", "negotiated", "assigned"}
    assert {"self_set", "negotiated"} <= origins(made, parts.choosing)
    own = made.goals.filter(pl.col("unit") == parts.choosing)
    assert "assigned" not in set(own["origin"]) and own.height >= 5


@pytest.mark.parametrize("seed", SEEDS)
def test_the_twins_are_alike_but_for_their_goals(seed: int) -> None:
    made, parts = company_of(seed), parts_of(seed)
    shares = [favourable(made, unit) for unit in parts.twins]
    assert len(shares[0]) == len(shares[1]) == 6
    assert all(share == pytest.approx(0.6, abs=0.08) for found in shares for share in found)
    epics = made.items.filter("is_initiative", pl.col("type") == "Epic")
    person = dict(made.accounts.select("account", "person").rows())
    lead = epics.filter(pl.col("first_assignee") == pl.col("reporter"))
    for unit in parts.twins:
        sat = set(made.seats.filter(pl.col("unit") == unit)["person"])
        assert sum(person[account] in sat for account in lead["first_assignee"]) >= 3
    sheets = made.responses.filter(pl.col("unit").is_in(parts.twins)).group_by("unit", "survey")
    assert sheets.len()["len"].min() >= 10  # type: ignore[operator]


def test_initiatives_are_started_inside_and_outside_their_unit(company: World) -> None:
    epics = company.items.filter("is_initiative", pl.col("type") == "Epic")
    person = dict(company.accounts.select("account", "person").rows())
    units = company.seats.group_by("person").agg(pl.col("unit").unique()).rows()
    sat = {one: set(there) for one, there in units}
    inside = [
        bool(sat.get(person[lead], set()) & sat.get(person[reporter], set()))
        for lead, reporter in epics.select("first_assignee", "reporter").drop_nulls().rows()
    ]
    assert 0.6 < sum(inside) / len(inside) < 0.9
    opened = dict(company.accounts.select("account", "created_at").rows())
    assert all(opened[who] <= at for who, at in epics.select("reporter", "created_at").rows())


def test_some_goals_of_unknown_origin_were_created_by_who_leads_a_unit_above(
    company: World,
) -> None:
    parents = measurecases.parents_now(company.units)
    newest = company.units.sort("valid_from").group_by("unit").agg(pl.col("head").last())
    heads = dict(newest.rows())
    silent = company.goals.filter(pl.col("origin").is_null(), pl.col("unit").is_not_null())
    above = [heads.get(parents[u]) == who for u, who in silent.select("unit", "created_by").rows()]
    assert 15 <= sum(above) < len(above) / 2


# Customers


@pytest.mark.parametrize("seed", SEEDS)
def test_customer_metrics_leave_their_level_for_good(seed: int) -> None:
    made = company_of(seed)
    cases = made.metrics.filter(pl.col("name").str.starts_with(shiftcases.SHIFTED))
    assert cases.height == len(shiftcases.ANSWERED_AFTER) and cases["is_customer_facing"].all()
    readings = made.observations.join(cases.select("metric"), on="metric").sort("observed_on")
    for case in readings.partition_by("metric"):
        values = case["value"].to_list()
        jumps = [after / before for before, after in pairwise(values)]
        large = [jump for jump in jumps if not 0.8 < jump < 1.25]
        assert len(large) == 1, "one jump to a new level, and no way back"
        assert jumps.index(large[0]) >= 26, "readings enough to forecast from"
    targets = made.goal_metrics.join(cases.select("metric"), on="metric")
    assert targets.height == cases.height


@pytest.mark.parametrize("seed", SEEDS)
def test_some_shifts_are_answered_by_an_initiative_and_some_never(seed: int) -> None:
    made = company_of(seed)
    answers = made.items.filter(pl.col("title").str.starts_with(shiftcases.ANSWER))
    goals = made.links.join(answers.select("item", "created_at"), on="item")
    shifted = made.metrics.filter(pl.col("name").str.starts_with(shiftcases.SHIFTED))
    of_goal = made.goal_metrics.join(shifted.select("metric"), on="metric")
    waits = []
    for goal, metric in of_goal.select("goal", "metric").rows():
        started = goals.filter(pl.col("goal") == goal)["created_at"]
        if started.is_empty():
            continue
        values = made.observations.filter(pl.col("metric") == metric).sort("observed_on")
        jump = (values["value"] / values["value"].shift()).to_list()
        first = next(n for n, by in enumerate(jump) if by is not None and not 0.8 < by < 1.25)
        waits.append((started[0].date() - values["observed_on"][first + 1]).days)
    assert sorted(waits) == sorted(days for days in shiftcases.ANSWERED_AFTER if days)
    assert of_goal.height - len(waits) == 3


def test_a_metric_has_a_season_and_one_comes_in_two_units(company: World) -> None:
    named = {
        kind: company.metrics.filter(pl.col("name").str.starts_with(kind))["metric"]
        for kind in (shiftcases.SEASONAL, shiftcases.TWO_UNITS)
    }
    weeks = company.observations.filter(
        pl.col("metric").is_in(named[shiftcases.SEASONAL].implode())
    ).group_by("metric")
    assert weeks.len()["len"].min() >= 52  # type: ignore[operator]
    odd = company.observations.filter(pl.col("metric") == named[shiftcases.TWO_UNITS].item())
    means = dict(odd.group_by("entry").agg(pl.col("value").mean()).rows())
    assert means["manual"] / means["integration"] == pytest.approx(60, rel=0.05)


# Variable pay


@pytest.mark.parametrize("seed", SEEDS)
def test_six_in_ten_people_have_lines_of_every_kind(seed: int) -> None:
    made = company_of(seed)
    lines = made.incentive_lines
    share = lines["person"].n_unique() / made.people.height
    assert share == pytest.approx(PAID, abs=0.03)
    assert set(lines["measure_kind"]) == {"goal", "metric", "other"}
    assert set(lines["direction"]) == {None, "increase", "decrease"}
    assert lines["weight"].null_count() >= 5 and lines.filter(pl.col("weight") == 0).height >= 5
    metric = lines.filter(pl.col("measure_kind") == "metric")
    assert UNKNOWN in set(metric["measure"])
    aimed = set(made.goal_metrics["metric"])
    assert metric.filter(~pl.col("measure").is_in(list(aimed | {UNKNOWN}))).height >= 100
    over = made.goal_events.filter(pl.col("after").is_in(["done", "cancelled"]))["goal"]
    assert lines.filter(pl.col("measure").is_in(over.implode())).height >= 10


def test_periods_share_their_borders(company: World) -> None:
    periods = company.incentive_lines.select("period_start", "period_end").unique()
    assert periods["period_start"].is_duplicated().any()
    assert periods["period_end"].is_duplicated().any()
    assert periods["period_end"].max() > company.end  # type: ignore[operator]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_unit_is_paid_for_its_goals_one_against_them_one_for_what_no_goal_has(seed: int) -> None:
    made, parts = company_of(seed), parts_of(seed)
    end = dt.date(2026, 9, 30)
    there = (pl.col("effective_to") >= end).fill_null(value=True)
    seats = made.seats.filter(pl.col("effective_from") <= end, there, pl.col("is_primary"))
    seats = seats.sort("person", -pl.col("fte").fill_null(1.0), "seat").unique(
        "person", keep="first"
    )
    last = made.incentive_lines.filter(pl.col("period_start") == dt.date(2026, 7, 1))
    aimed = made.goal_metrics["metric"].implode()

    def of(unit: str) -> pl.DataFrame:
        people = seats.filter(pl.col("unit") == unit)["person"]
        found = last.filter(pl.col("person").is_in(people.implode()))
        assert found["person"].n_unique() >= 5
        return found

    assert set(of(parts.paid_fit)["measure_kind"]) == {"goal"}
    assert of(parts.paid_fit)["direction"].null_count() == of(parts.paid_fit).height
    orphans = of(parts.paid_orphan)
    assert not orphans["measure"].is_in(aimed).any()
    against = of(parts.paid_opposed)
    assert set(against["measure_kind"]) == {"metric"} and against["measure"].is_in(aimed).all()
    targets = made.goal_metrics.filter(pl.col("kind") == "reach")
    both = against.join(targets, left_on="measure", right_on="metric")
    rising = pl.col("target") > pl.col("baseline")
    moving = both.filter(pl.col("target") != pl.col("baseline"))
    agreeing = moving.filter((pl.col("direction") == "increase") == rising)
    assert moving.height > 0 and agreeing.height < moving.height / 2, (
        "goals that are over may agree"
    )


def test_the_goal_system_shows_lines_of_periods_that_have_begun(company: World) -> None:
    as_of = end_of(dt.date(2026, 5, 15))
    shown = observe.goals(company, as_of)["incentive_lines"]
    assert shown["period_start"].max() == dt.date(2026, 4, 1)
    assert shown["period_end"].max() == dt.date(2026, 12, 31)
    assert shown["person_key"].str.starts_with("hr:").all()
    begun = company.incentive_lines.filter(pl.col("period_start") <= as_of.date())
    assert shown.height == begun.height
