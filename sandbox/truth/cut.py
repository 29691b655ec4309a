"""The world as an observer at `as_of` can know it.

Belongs here: which rows exist by an instant, and which of their values lie in its future.
Does not belong here: what a system hides or misspells, any measure.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl

from sandbox.world import World


def observed(world: World, as_of: dt.datetime) -> World:
    """Cut `world` at `as_of` (an aware instant; raises ValueError for a naive one).

    Rows appear with their record and vanish with it; last days and ends of links that lie after
    the day of `as_of` are empty, because nobody has written them down yet. Planned dates of goals
    (`starts_on`, `ends_on`) are plans and stay. What hangs on a deleted item goes with the item.
    """
    if as_of.utcoffset() is None:
        raise ValueError(f"as_of must carry a time zone, not {as_of!r}")
    day = as_of.astimezone(dt.UTC).date()
    items = world.items.filter(
        _by("created_at", as_of), pl.col("deleted_at").is_null() | (pl.col("deleted_at") > as_of)
    )
    goals = world.goals.filter(_by("created_at", as_of))
    known_item, known_goal = _in("item", items), _in("goal", goals)
    return replace(
        world,
        units=world.units.filter(_by("valid_from", day)),
        people=world.people.filter(_by("hired_on", day)).with_columns(
            _unless_later("left_on", day),
            _unless_later("leave_from", day),
            pl.when(pl.col("leave_from") <= day).then("leave_to").alias("leave_to"),
        ),
        seats=world.seats.filter(_by("effective_from", day)).with_columns(
            _unless_later("effective_to", day)
        ),
        accounts=world.accounts.filter(_by("created_at", as_of)),
        goals=goals,
        goal_events=world.goal_events.filter(_by("at", as_of), known_goal),
        goal_edges=world.goal_edges.filter(
            _in("goal", goals, "child"), _in("goal", goals, "parent")
        ),
        goal_owners=world.goal_owners.filter(known_goal),
        checkins=world.checkins.filter(_by("at", as_of), known_goal),
        metrics=world.metrics.filter(_by("created_at", as_of)),
        observations=world.observations.filter(_by("recorded_at", as_of)),
        links=world.links.filter(_by("linked_at", as_of), known_goal).with_columns(
            pl.when(pl.col("unlinked_at").dt.date() <= day).then("unlinked_at").alias("unlinked_at")
        ),
        incentive_lines=world.incentive_lines.filter(_by("period_start", day)),
        items=items.with_columns(deleted_at=pl.lit(None, pl.Datetime("us", "UTC"))),
        item_events=world.item_events.filter(_by("at", as_of), known_item),
        worklogs=world.worklogs.filter(
            _by("created_at", as_of),
            pl.col("deleted_at").is_null() | (pl.col("deleted_at") > as_of),
            known_item,
        ),
    )


def _by(column: str, limit: dt.date | dt.datetime) -> pl.Expr:
    return pl.col(column).is_null() | (pl.col(column) <= limit)


def _in(column: str, table: pl.DataFrame, name: str | None = None) -> pl.Expr:
    return pl.col(name or column).is_in(table[column].to_list())


def _unless_later(column: str, day: dt.date) -> pl.Expr:
    return pl.when(pl.col(column) <= day).then(column).alias(column)
