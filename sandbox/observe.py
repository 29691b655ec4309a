"""What each system of the sample company says at an instant, in canonical frames.

Belongs here: the cut of the world at `as_of` for HR, goals and declared files. Does not belong
here: the cut of the tracker (`trackerview`) and of the survey system (`surveyview`), how people and
units are named (`references`), vendor formats, what is true.

An observation at a later `as_of` only adds to an earlier one, except for what dates itself:
last days, leaves, unlinking, the state of a goal and of an item.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import polars as pl

from connectors.frames import FRAMES, UNDATED
from sandbox.references import with_person, with_unit
from sandbox.surveyview import surveys
from sandbox.trackerview import canonical_tracker, tracker
from sandbox.world import GOALS, HR, SURVEYS, TRACKER, World

__all__ = ["canonical_tracker", "declared", "goals", "hr", "surveys", "tracker", "write_files"]

Frames = dict[str, pl.DataFrame]

AS_PARQUET: Final = frozenset({"metric_observations", "goal_checkins"})
"""Frames that `write_files` writes as Parquet, all others as CSV."""


def _frame(name: str, data: pl.DataFrame) -> pl.DataFrame:
    """The frame's own columns, in its order."""
    return data.select(c for c in FRAMES[name].column_names() if c not in ("source", "extra"))


def _past(column: str, as_of: dt.datetime) -> pl.Expr:
    """The column, empty where it lies after `as_of` (a date: after its day)."""
    return pl.when(pl.col(column) <= as_of).then(pl.col(column)).alias(column)


def hr(world: World, as_of: dt.datetime) -> Frames:
    """Frames people, assignments and org_units as HR shows them."""
    today = as_of.date()
    known = world.people.filter(pl.col("hired_on") <= today).with_columns(
        _past(column, today) for column in ("left_on", "leave_from", "leave_to")
    )
    people = known.select(
        pl.col("person").alias("person_key"),
        "employee_number",
        pl.col("email_now").alias("work_email"),
        "full_name",
        "location",
        "employment_type",
        "leave_from",
        "leave_to",
        "hired_on",
        "left_on",
        pl.max_horizontal("hired_on", "leave_from", "leave_to", "left_on")
        .cast(pl.Datetime("us", "UTC"))
        .alias("updated_at"),
    )
    seats = world.seats.filter(pl.col("effective_from") <= today).select(
        pl.col("seat").alias("assignment_key"),
        pl.col("person").alias("person_key"),
        pl.col("unit").alias("org_unit_key"),
        pl.col("manager").alias("manager_key"),
        pl.col("title").alias("job_title"),
        pl.col("family").alias("job_family"),
        "fte",
        "is_primary",
        "effective_from",
        _past("effective_to", today),
    )
    units = world.units.filter(pl.col("valid_from") <= today).select(
        pl.col("unit").alias("org_unit_key"),
        "name",
        pl.col("parent").alias("parent_key"),
        pl.col("head").alias("head_key"),
        pl.col("valid_from").alias("effective_from"),
    )
    found = {"people": people, "assignments": seats, "org_units": units}
    return {name: _frame(name, data) for name, data in found.items()}


def goals(world: World, as_of: dt.datetime) -> Frames:
    """Frames of the goal system: goals, edges, owners, changes, check-ins, metrics, links, and what
    variable pay hangs on."""
    events = world.goal_events.filter(pl.col("at") <= as_of)
    known = _current_goals(world, events, as_of)
    there = known["goal_key"].implode()
    owners = world.goal_owners.filter(pl.col("goal").is_in(there))
    owners = with_person(owners, world, "person", "goal", "owner_ref", "goals")
    owners = with_unit(owners, world, "unit", "goal", "org_unit_ref")
    found = {
        "goals": known,
        "goal_edges": world.goal_edges.filter(pl.col("child").is_in(there)).rename(
            {"child": "child_key", "parent": "parent_key"}
        ),
        "goal_owners": owners.select(
            pl.col("goal").alias("goal_key"), pl.col("owner_ref", "org_unit_ref").fill_null("")
        ),
        "goal_changes": with_person(events, world, "author", "event", "author_ref", "goals").rename(
            {
                "event": "change_key",
                "goal": "goal_key",
                "at": "changed_at",
                "before": "from_value",
                "after": "to_value",
            }
        ),
        "goal_checkins": with_person(
            world.checkins.filter(pl.col("at") <= as_of),
            world,
            "author",
            "checkin",
            "author_ref",
            "goals",
        ).rename({"checkin": "checkin_key", "goal": "goal_key", "at": "checked_at"}),
        **_metrics(world, as_of, there),
        "goal_initiative_links": _links(world, as_of, there),
        "incentive_lines": _incentive_lines(world, as_of),
    }
    return {name: _frame(name, data) for name, data in found.items()}


def _current_goals(world: World, events: pl.DataFrame, as_of: dt.datetime) -> pl.DataFrame:
    """Goals that exist, with the changes up to now applied."""
    known = world.goals.filter(pl.col("created_at") <= as_of)
    last = events.sort("at", "event").group_by("goal", "field").agg(pl.col("after").last())
    after = pl.col("after")
    for name in ("status", "starts_on", "ends_on", "level", "weight"):
        is_date = known.schema[name] == pl.Date
        changed = last.filter(pl.col("field") == name).select(
            "goal",
            (after.str.to_date() if is_date else after.cast(known.schema[name])).alias("_now"),
            pl.lit(True).alias("_changed"),
        )
        known = (
            known.join(changed, on="goal", how="left", maintain_order="left")
            .with_columns(pl.when(pl.col("_changed")).then("_now").otherwise(name).alias(name))
            .drop("_now", "_changed")
        )
    newest = events.group_by("goal").agg(pl.col("at").max())
    known = known.join(newest, on="goal", how="left", maintain_order="left").with_columns(
        pl.max_horizontal("created_at", "at").alias("updated_at")
    )
    known = with_person(known, world, "created_by", "goal", "created_by_ref", "goals")
    return with_unit(known, world, "unit", "goal", "org_unit_ref").rename({"goal": "goal_key"})


def _metrics(world: World, as_of: dt.datetime, there: pl.Series) -> Frames:
    metrics = world.metrics.filter(pl.col("created_at") <= as_of)
    measured = pl.col("metric").is_in(metrics["metric"].implode())
    return {
        "metrics": with_person(metrics, world, "owner", "metric", "owner_ref", "goals").rename(
            {"metric": "metric_key"}
        ),
        "goal_metrics": world.goal_metrics.filter(
            pl.col("goal").is_in(there), measured, pl.col("effective_from") <= as_of.date()
        ).rename({"goal": "goal_key", "metric": "metric_ref"}),
        "metric_observations": world.observations.filter(
            measured, pl.col("recorded_at") <= as_of
        ).rename({"metric": "metric_key"}),
    }


def _links(world: World, as_of: dt.datetime, there: pl.Series) -> pl.DataFrame:
    """Links to items that exist, by the item's key or its human name."""
    known = world.items.filter(pl.col("created_at") <= as_of).select("item", "name")
    return (
        world.links.join(known, on="item", maintain_order="left")
        .filter(
            pl.col("goal").is_in(there),
            pl.col("linked_at").is_null() | (pl.col("linked_at") <= as_of),
        )
        .select(
            pl.col("goal").alias("goal_key"),
            pl.lit(TRACKER).alias("tracker"),
            pl.when("by_name").then("name").otherwise("item").alias("initiative_key"),
            pl.col("linked_at").fill_null(UNDATED),
            _past("unlinked_at", as_of),
            "stated_in",
        )
    )


def _incentive_lines(world: World, as_of: dt.datetime) -> pl.DataFrame:
    """Lines of periods that have begun; people are named by HR's key."""
    begun = world.incentive_lines.filter(pl.col("period_start") <= as_of.date())
    return begun.select(
        pl.col("line").alias("line_key"),
        (pl.lit(f"{HR}:") + pl.col("person")).alias("person_key"),
        "period_start",
        "period_end",
        "measure_kind",
        pl.col("measure").alias("measure_key"),
        "weight",
        "direction",
    )


def declared(world: World, as_of: dt.datetime) -> Frames:
    """Frames of the files beside the configuration: overrides, top goals, locations."""
    hired = world.people.filter(pl.col("hired_on") <= as_of.date())["employee_number"]
    accounts = world.accounts.filter(pl.col("created_at") <= as_of)["account"]
    created = world.goals.filter(pl.col("created_at") <= as_of)["goal"]
    overrides = world.identity_overrides.filter(
        pl.col("account").is_in(accounts.implode()),
        pl.col("employee_number").is_in(hired.implode()),
    ).select(
        pl.lit(TRACKER).alias("account_source"),
        pl.col("account").alias("account_ref"),
        "employee_number",
    )
    listed = world.top_goals.filter(pl.col("goal").is_in(created.implode())).select(
        (pl.lit(f"{GOALS}:") + pl.col("goal")).alias("goal_id")
    )
    found = {
        "identity_overrides": overrides,
        "top_goals": listed,
        "withheld_titles": _withheld(world, as_of),
        "locations": world.locations,
    }
    return {name: _frame(name, data) for name, data in found.items()}


def _withheld(world: World, as_of: dt.datetime) -> pl.DataFrame:
    """The two oldest initiatives keep their titles private: one is named by key, one by name."""
    there = world.items.filter("is_initiative", pl.col("created_at") <= as_of).sort("created_at")
    named = [pl.lit(f"{TRACKER}:") + pl.col(column) for column in ("item", "name")]
    parts = [there.slice(n, 1).select(name.alias("initiative")) for n, name in enumerate(named)]
    return pl.concat(parts)


def write_files(world: World, as_of: dt.datetime, folder: Path) -> None:
    """Write what HR, goal and survey system and the declared files say, one folder for each.

    A missing date of a link is written as empty, as such a system would.
    """
    said = {
        HR: hr(world, as_of),
        GOALS: goals(world, as_of),
        SURVEYS: surveys(world, as_of),
        "declared": declared(world, as_of),
    }
    for place, frames in said.items():
        (folder / place).mkdir(parents=True, exist_ok=True)
        for name, data in frames.items():
            written = data
            if name == "goal_initiative_links":
                written = data.with_columns(pl.col("linked_at").replace({UNDATED: None}))
            path = folder / place / name
            if name in AS_PARQUET:
                written.write_parquet(path.with_suffix(".parquet"))
            else:
                written.write_csv(path.with_suffix(".csv"), datetime_format="%Y-%m-%dT%H:%M:%SZ")
