"""The parts of the scorecard's blocks, each as in its own mart (reading M1).

Belongs here: looking the parts of a row up, at its Sunday, small units included.
Does not belong here: the parts' own formulas, blocks (`blocks`), the index (`scorecard`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from sandbox.truth.actionable import Actionable
from sandbox.truth.basis import AS_WAS
from sandbox.truth.blocks import Part
from sandbox.truth.months import KEY, Month, Months, Row
from sandbox.truth.reach import Paths, line_of_sight
from sandbox.world import HR

SURVEYED = {
    "perceived": "los_actions",
    "goal_clarity": "goal_clarity",
    "why_understood": "why_understood",
    "control": "control",
}
"""Parts that are cells of a survey, with their construct."""


class Parts:
    """Looks up the parts of rows. `marts`: pull_index, incentive_alignment."""

    def __init__(
        self,
        months: Months,
        paths: Paths,
        actionable: Actionable,
        marts: Mapping[str, pl.DataFrame],
    ) -> None:
        self.months, self.actionable = months, actionable
        self.sight = sights(months, paths)
        self.pull = cells(marts["pull_index"], list(KEY), "pull_index")
        self.distance = last_distances(marts["incentive_alignment"])

    def of(self, row: Month) -> dict[str, Part]:
        """Every part of a shown row."""
        sight = self.sight[row.basis.name, row.unit, row.week_start]
        effort = self.months.effort(row)
        coverage = effort["effort_coverage"]
        distance = self.distance(row) if row.basis.name == AS_WAS else None
        return {
            "coverage": Part(None if coverage is None else min(1.0, coverage)),
            "aligned_share": _bounded(effort, "aligned_share"),
            "reach": _bounded(sight, "reach"),
            **{part: self._said(row, construct) for part, construct in SURVEYED.items()},
            "actionable_metric_share": Part(self.actionable.share(self.months, row)),
            "pull_index": Part(self.pull.get(tuple(row.key.values()))),
            "fit_of_incentives": Part(None if distance is None else 1 - distance),
        }

    def _said(self, row: Month, construct: str) -> Part:
        cell = self.months.cell(row, construct)
        return Part(*(cell.get(f"favourable_{name}") for name in ("share", "low", "high")))


def sights(months: Months, paths: Paths) -> dict[tuple[str, str, dt.date], Row]:
    """What line_of_sight says of shown rows, small units included, by basis, unit and Monday."""
    found = {}
    for basis in {row.basis for row in months.rows}:
        shown = {(r.unit, r.week_start) for r in months.rows if r.is_shown and r.basis is basis}
        table = line_of_sight(basis, paths, set(basis.rows()) - shown)
        for row in table.filter(~pl.col("suppressed")).iter_rows(named=True):
            found[basis.name, row["org_unit_id"].removeprefix(f"{HR}:"), row["week_start"]] = row
    return found


def last_distances(incentives: pl.DataFrame) -> Callable[[Month], float | None]:
    """weight_distance of a row's unit in the last period that had ended by its Sunday; of periods
    that ended on one day the one that began last."""
    found = cells(incentives, ["org_unit_id", "period_end", "period_start"], "weight_distance")
    periods = sorted({(end, start) for _, end, start in found})

    def of(row: Month) -> float | None:
        over = [period for period in periods if period[0] <= row.sunday]
        return found.get((f"{HR}:{row.unit}", *over[-1])) if over else None

    return of


def cells(table: pl.DataFrame, keys: list[str], value: str) -> dict[tuple[Any, ...], Any]:
    """A column of a mart by its key."""
    return {tuple(key): found for *key, found in table.select(*keys, value).iter_rows()}


def _bounded(row: Row, name: str) -> Part:
    return Part(*(row.get(column) for column in (name, f"{name}_low", f"{name}_high")))
