"""The one way in: a world and an instant give every mart and the steps on the way.

Belongs here: the order of the steps, and the names and ids of what comes out.
Does not belong here: any formula.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from sandbox.truth import identity as identity_of
from sandbox.truth.actionable import Actionable
from sandbox.truth.basis import AS_WAS, RESTATED, Basis
from sandbox.truth.chain import alignment_chain
from sandbox.truth.customers import Customers
from sandbox.truth.cut import observed
from sandbox.truth.dependency import Dependencies
from sandbox.truth.effort import EffortBook
from sandbox.truth.gaps import Gaps
from sandbox.truth.goals import GoalGraph, Goals
from sandbox.truth.incentives import Incentives
from sandbox.truth.initiatives import Initiatives
from sandbox.truth.integration import Integration
from sandbox.truth.items import Items
from sandbox.truth.links import Links
from sandbox.truth.metrics import Metrics
from sandbox.truth.months import Months
from sandbox.truth.org import Organisation
from sandbox.truth.ownunit import effort_own_unit
from sandbox.truth.perceived import with_perceived
from sandbox.truth.portfolio import Standings, goal_portfolio
from sandbox.truth.presence import days_of_workers, restated
from sandbox.truth.priority import Priorities
from sandbox.truth.progress import goal_progress
from sandbox.truth.pull import Pull
from sandbox.truth.reach import Paths
from sandbox.truth.rollup import Rollups
from sandbox.truth.scorecard import Scorecard
from sandbox.truth.scoreparts import Parts
from sandbox.truth.shifts import Bands, Shifts
from sandbox.truth.states import States
from sandbox.truth.survey import compute_survey
from sandbox.truth.told import Told
from sandbox.truth.triad import Triad
from sandbox.truth.understanding import understanding_and_control
from sandbox.truth.unitweeks import KEY, groups_of, unit_weeks
from sandbox.truth.weekpattern import WeekPattern
from sandbox.truth.work import classified, effort_on_goals, monday
from sandbox.truth.workdays import Workdays
from sandbox.world import GOALS, HR, TRACKER, World


def compute(
    world: World,
    as_of: dt.datetime,
    *,
    linked: Mapping[str, str] | None = None,
    outlook: pl.DataFrame | None = None,
    bands: pl.DataFrame | None = None,
    minimum_group: int = 5,
    minimum_group_effort: int = 5,
    hours_per_day: float = 8.0,
) -> dict[str, pl.DataFrame]:
    """What an observer at `as_of` (an aware instant) must find in the marts.

    `linked`: the person (bare key) of an account, or of an address in a survey, that is not
    certain, where linkage found one. `outlook`: goal_outlook's goal_id, metric_id, week_start and
    attainment_p50; a forecast is no truth, so that status_workpath is there only with it. `bands`:
    forecast.metric_forecast's metric_id, week_start, target_on, p10 and p90; without them
    customer_alignment says nothing of shifts.

    Marts, sorted by key, with the contract's columns: `goal_triad`, `alignment_chain` (without
    chain_id), `goal_alignment`, `goal_progress`, `goal_portfolio`, `effort_alignment`,
    `effort_own_unit`, `line_of_sight`, `unit_dependency`, `understanding_and_control`,
    `pull_index`, `integration`, `incentive_alignment`, `customer_alignment`, `alignment_scorecard`,
    `alignment_gaps` (without texts). Steps on the way: `identity`, `goal_week`,
    `effort`, `item_class`, `effort_goal`. Raises ValueError where `as_of` has no time zone.
    """
    seen = observed(world, as_of)
    last_day = as_of.astimezone(dt.UTC).date()
    org = Organisation(seen)
    workdays = Workdays(seen, org)
    identity = identity_of.resolve(seen, linked)
    goals = Goals(seen, org)
    graph = GoalGraph(seen, goals)
    states = States(seen, goals, graph)
    metrics = Metrics(seen)
    items = Items(seen, as_of)
    links = Links(seen, goals, items)
    told = Told(seen, last_day)

    effort = EffortBook(seen, identity, org, workdays, items, last_day, hours_per_day).table()
    classes, parts = classified(effort, items, links, states, last_day)
    goal_effort = effort_on_goals(effort, parts)
    first_day = last_day if effort.is_empty() else monday(min(effort["day"]))
    nobody = {w for w in effort["worker"].unique() if w.startswith(f"{TRACKER}:")}
    days = days_of_workers(org, workdays, nobody, first_day, last_day)
    as_was = Basis(AS_WAS, org, days, effort, classes, last_day)
    today = Basis(RESTATED, org, restated(days, org, last_day), effort, classes, last_day)

    initiatives = Initiatives(identity, org, items, links, as_was.work, last_day)
    minimum = minimum_group_effort
    state = states.on(last_day)
    triad = Triad(goals, graph, metrics, initiatives, told, state, goal_effort, minimum)
    weeks = Standings(seen, goals, graph, states, metrics, told, goal_effort, last_day)
    rollups = Rollups(seen, goals, graph, metrics, last_day)
    paths = Paths(identity, goals, states, items, links, effort, parts, last_day)
    priorities = Priorities(goals, graph, states, last_day)
    dependencies = Dependencies(as_was.work, parts, goals, items, org, last_day, minimum)
    pattern = WeekPattern(*groups_of((as_was, today), paths), minimum)
    units = unit_weeks(pattern, parts, goals, priorities, paths)
    shown = units["effort_alignment"].select(*KEY, is_shown=~pl.col("suppressed"))
    surveys = compute_survey(world, as_of, linked)
    said = understanding_and_control(surveys, org, minimum_group=minimum_group)
    months = Months(pattern, goals, states, said, surveys["core.dim_survey"])
    pull = Pull(seen, goals, initiatives)
    shifts = None if bands is None else Shifts(rollups.targets, items, links, Bands(bands))
    found = {
        "goal_triad": triad.table(),
        "alignment_chain": alignment_chain(triad),
        "goal_alignment": weeks.alignment(),
        "goal_progress": goal_progress(rollups, states, weeks.sundays(), outlook),
        "goal_portfolio": goal_portfolio(weeks, shown),
        "effort_alignment": units["effort_alignment"],
        "effort_own_unit": effort_own_unit(as_was, today, minimum),
        "line_of_sight": with_perceived(units["line_of_sight"], said, surveys["core.dim_survey"]),
        "unit_dependency": dependencies.table(),
        "understanding_and_control": said,
        "pull_index": pull.table(months),
        "customer_alignment": Customers(goals, metrics, parts, shifts).table(months),
        "integration": Integration(seen, links, metrics).table(months, weeks),
        "incentive_alignment": Incentives(seen, goals, states, metrics, last_day).table(minimum),
        "identity": identity.table(),
        "goal_week": weeks.weeks(),
        "effort": _by_worker(effort, "work_item_id", "person_days", "basis"),
        "item_class": _with_ids(classes).sort("work_item_id", "week_start"),
        "effort_goal": _by_worker(goal_effort, "work_item_id", "goal_id", "person_days", "basis"),
    }
    card_parts = Parts(months, paths, Actionable(metrics, links, pull), found)
    card = Scorecard(months, card_parts, found)
    gaps = Gaps(triad, weeks, links, found)
    return found | {"alignment_scorecard": card.table(), "alignment_gaps": gaps.table()}


def _with_ids(table: pl.DataFrame) -> pl.DataFrame:
    """Bare items and goals as `source:key`, named as in marts."""
    sources = {"item": ("work_item_id", TRACKER), "goal": ("goal_id", GOALS)}
    return table.select(
        pl.concat_str(pl.lit(f"{sources[name][1]}:"), pl.col(name)).alias(sources[name][0])
        if name in sources
        else pl.col(name)
        for name in table.columns
    )


def _by_worker(table: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """person_id, account_id (one of them null), day and `columns`, sorted."""
    is_person = pl.col("worker").str.starts_with(f"{HR}:")
    keys = [name for name in columns if name.endswith("_id")]
    return (
        _with_ids(table)
        .select(
            pl.when(is_person).then("worker").alias("person_id"),
            pl.when(~is_person).then("worker").alias("account_id"),
            "day",
            *columns,
        )
        .sort("person_id", "account_id", "day", *keys)
    )
