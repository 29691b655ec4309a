"""On how many goals, and whose, the effort of a unit goes (reading E11).

Belongs here: effort by unit, week and goal; effective_goals and off_goal_share.
Does not belong here: classes of goals, weights of goals (`priority`).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from sandbox.truth.basis import TO_SUNDAY, Basis
from sandbox.truth.goals import Goals
from sandbox.truth.presence import subtrees

_CELL = ["ancestor", "week_start"]


def goal_effort_of_units(basis: Basis, parts: pl.DataFrame) -> pl.DataFrame:
    """ancestor (a unit, its subtree included), week_start, goal, person_days. `parts` is the split
    of `work.classified`."""
    return (
        basis.work.join(parts, on=["item", "week_start"], maintain_order="left")
        .group_by("week_start", "version", "unit", "goal", maintain_order=True)
        .agg(person_days=(pl.col("person_days") * pl.col("weight")).sum())
        .filter(pl.col("person_days") > 0)
        .join(basis.above, on=["version", "unit"], maintain_order="left")
        .group_by(*_CELL, "goal", maintain_order=True)
        .agg(pl.col("person_days").sum())
    )


def of_units(
    goal_effort: pl.DataFrame, basis: Basis, goals: Goals
) -> dict[tuple[str, dt.date], dict[str, float | None]]:
    """effective_goals and off_goal_share by unit and Monday. `goal_effort` is that of
    `goal_effort_of_units`."""
    pairs = goal_effort.select("goal", "week_start").unique()
    known = [
        (goal, week, unit, basis.org.tree_version(day))
        for goal, week in pairs.iter_rows()
        if (unit := goals.unit(goal, day := basis.day_of_tree(week + TO_SUNDAY))) is not None
    ]
    schema = {"goal": pl.String, "week_start": pl.Date, "unit": pl.String, "version": pl.Int64}
    of_goal = pl.DataFrame(known, schema=schema, orient="row")
    inside = subtrees(basis.org, of_goal["version"].unique()).with_columns(is_inside=True)
    placed = goal_effort.join(of_goal, on=["goal", "week_start"], how="left").join(
        inside, on=["version", "unit", "ancestor"], how="left"
    )
    days, is_known = pl.col("person_days"), pl.col("unit").is_not_null()
    cells = placed.group_by(_CELL).agg(
        effective=days.sum() ** 2 / (days**2).sum(),
        known=days.filter(is_known).sum(),
        off=days.filter(is_known & pl.col("is_inside").is_null()).sum(),
    )
    return {
        (unit, week): {
            "effective_goals": effective,
            "off_goal_share": off / known if known > 0 else None,
        }
        for unit, week, effective, known, off in cells.iter_rows()
    }
