"""goal_portfolio: what the goals of a unit are like, week by week (readings D1, D2).

Belongs here: all goals of a unit's subtree counted, at the time's units and at today's.
Does not belong here: which rows may be shown (that pattern is given), one goal's standing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import polars as pl

from sandbox.truth.alignment import ALIGNMENT, GoalWeeks
from sandbox.truth.presence import subtrees
from sandbox.truth.states import State
from sandbox.world import HR

_CLASSES = ("top", "aligned", "lapsed", "island", "unaligned")
_SHARES = {
    "aligned_up_share": "is_aligned_up",
    "cascaded_down_share": "is_cascaded_down",
    "shared_share": "is_shared",
    "overloaded_share": "is_overloaded",
    "phantom_owned_share": "is_phantom_owned",
}
PORTFOLIO: dict[str, Any] = {
    "org_unit_id": pl.String,
    "week_start": pl.Date,
    "org_basis": pl.String,
    "n_goals": pl.Int64,
    **{f"{name}_share": pl.Float64 for name in _CLASSES},
    **dict.fromkeys(_SHARES, pl.Float64),
    "fresh_share": pl.Float64,
    "median_depth": pl.Float64,
    "goals_per_unit": pl.Float64,
    "metrics_per_goal": pl.Float64,
    "suppressed": pl.Boolean,
    "reason_missing": pl.String,
}
_KEY, _HIDEABLE = list(PORTFOLIO)[:3], list(PORTFOLIO)[3:-2]
_STANDING = {
    **ALIGNMENT,
    "n_metrics": pl.Int64,
    "as_was": pl.String,
    "restated": pl.String,
}


class Standings(GoalWeeks):
    """Weeks of goals, individual and private ones too: units count them all."""

    def standing(self) -> pl.DataFrame:
        """ALIGNMENT of every active goal, with n_metrics (in force; null where no goal ever had
        one) and the units where it counts: as_was and restated."""
        rows = []
        for state in map(self.states.on, self.sundays()):
            crowds = self._crowds(state)
            rows += [
                self._row(goal, state, crowds) | self._counted(goal, state.day)
                for goal in state.active
            ]
        return pl.DataFrame(rows, schema=_STANDING)

    def _crowds(self, state: State) -> Counter[str | None]:
        crowd = (g for g in state.active if not self.goals.is_individual(g, state.day))
        return Counter(self.goals.unit(goal, state.day) for goal in crowd)

    def _counted(self, goal: str, day: dt.date) -> dict[str, Any]:
        n_metrics = len(self.metrics.in_force(goal, day))
        return {
            "n_metrics": n_metrics if self.told.metrics else None,
            "as_was": self._place(goal, day),
            "restated": self._place(goal, self.last_day),
        }

    def _place(self, goal: str, day: dt.date) -> str | None:
        """The unit in whose subtree a goal counts: its own, the root where the tree lacks that."""
        unit, tree = self.goals.unit(goal, day), self.goals.org.tree(day)
        return unit if unit in tree.parent else tree.root


def goal_portfolio(weeks: Standings, shown: pl.DataFrame) -> pl.DataFrame:
    """A unit in a week and basis, sorted by key.

    `shown`: org_unit_id, week_start, org_basis, is_shown; the rows and which have numbers."""
    asked = _with_trees(weeks, shown)
    above = subtrees(weeks.goals.org, asked["version"].unique())
    above = above.with_columns(org_unit_id=f"{HR}:" + pl.col("ancestor"))
    units = above.group_by("version", "org_unit_id").len("n_units")
    standing = weeks.standing()
    goals = pl.concat(
        _with_trees(weeks, standing.with_columns(unit=basis, org_basis=pl.lit(basis)))
        for basis in ("as_was", "restated")
    )
    numbers = (
        goals.drop("org_unit_id")
        .join(above, on=["version", "unit"])
        .group_by(_KEY)
        .agg(*_numbers())
    )
    return (
        asked.join(units, on=["version", "org_unit_id"], how="left")
        .join(numbers, on=_KEY, how="left")
        .with_columns(pl.col("n_goals").fill_null(0))
        .with_columns(
            goals_per_unit=pl.col("n_goals") / pl.col("n_units"),
            suppressed=~pl.col("is_shown"),
            reason_missing=pl.when(n_goals=0).then(pl.lit("no_goals")),
        )
        .with_columns(pl.when("is_shown").then(name).alias(name) for name in _HIDEABLE)
        .with_columns(
            pl.when("suppressed")
            .then(pl.lit("few_people"))
            .otherwise("reason_missing")
            .alias("reason_missing")
        )
        .select(*PORTFOLIO)
        .cast(PORTFOLIO)
        .sort(_KEY)
    )


def _with_trees(weeks: Standings, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `version`: the tree of the Sunday, or today's where they are restated."""
    org = weeks.goals.org
    of_week = {
        week: org.tree_version(week + dt.timedelta(days=6)) for week in rows["week_start"].unique()
    }
    return rows.with_columns(
        version=pl.when(org_basis="restated")
        .then(org.tree_version(weeks.last_day))
        .otherwise(pl.col("week_start").replace_strict(of_week, return_dtype=pl.Int64))
    )


def _numbers() -> list[pl.Expr]:
    told = pl.col("checkin_state").drop_nulls()
    return [
        pl.len().alias("n_goals"),
        *((pl.col("node_class") == name).mean().alias(f"{name}_share") for name in _CLASSES),
        *(pl.col(column).mean().alias(name) for name, column in _SHARES.items()),
        (told == "fresh").mean().alias("fresh_share"),
        pl.col("depth").median().alias("median_depth"),
        pl.col("n_metrics").mean().alias("metrics_per_goal"),
    ]
