"""The weekly effort of units: effort_alignment (readings T2, E6 to E11, E13).

Belongs here: effort summed over units and weeks, on each org basis.
Does not belong here: how effort and classes come about, which goals it went to, which rows a
week hides, months (`ownunit`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import polars as pl

from sandbox.truth.basis import Basis
from sandbox.truth.effort import person_of
from sandbox.world import HR

MINIMUM_COVERAGE = 0.3
_N, _F = pl.Int64, pl.Float64
ALIGNMENT = {
    "org_unit_id": pl.String,
    "week_start": pl.Date,
    "org_basis": pl.String,
    "n_people": _N,
    "person_days": _F,
    "capacity_person_days": _F,
    "effort_coverage": _F,
    "person_days_aligned": _F,
    "person_days_lapsed": _F,
    "person_days_island": _F,
    "person_days_unaligned": _F,
    "person_days_expired": _F,
    "aligned_share": _F,
    "aligned_share_low": _F,
    "aligned_share_high": _F,
    "direct_to_top_share": _F,
    "effective_goals": _F,
    "off_goal_share": _F,
    "priority_gap": _F,
    "unmatched_share": _F,
    "basis_worklog_share": _F,
    "suppressed": pl.Boolean,
    "reason_missing": pl.String,
}
_WORK = ["version", "unit", "worker", "node_class", "is_unknown", "basis"]
COLUMN_OF_CLASS = {"top": "aligned"}
"""Top and aligned effort share the column person_days_aligned."""
DIGITS = 9
"""Places of a difference that count."""
HIDDEN = {"suppressed": True, "reason_missing": "few_people"}
"""All that a row says that the week's pattern hides."""


class Cell:
    """What one unit's subtree did in one week."""

    def __init__(self) -> None:
        self.workers: dict[str, float] = defaultdict(float)
        self.parts: dict[str, list[float]] = defaultdict(list)
        self.capacity = 0.0

    def add(self, worker: str, node_class: str, is_unknown: bool, basis: str, days: float) -> None:
        """Count a sum of effort of one worker."""
        if days <= 0:
            return
        self.workers[worker] += days
        for part, counts in (
            ("all", True),
            (COLUMN_OF_CLASS.get(node_class, node_class), True),
            ("to_top", node_class == "top"),
            ("unknown", is_unknown),
            ("unmatched", person_of(worker) is None),
            ("worklog", basis == "worklog"),
        ):
            if counts:
                self.parts[part].append(days)

    def sum(self, *parts: str) -> float:
        """Person-days of parts, rounded once, so that their order does not matter."""
        return math.fsum(days for part in parts for days in self.parts[part])

    def row(self) -> dict[str, Any]:
        """The numbers of the mart that need nothing but the cell."""
        total, unmatched = self.sum("all"), self.sum("unmatched")
        matched = total - unmatched
        coverage = matched / self.capacity if self.capacity > 0 else None
        row: dict[str, Any] = {
            "n_people": len(self.workers),
            "person_days": total,
            "capacity_person_days": self.capacity,
            "effort_coverage": coverage,
            "suppressed": False,
            "reason_missing": None,
        }
        for part in ("aligned", "lapsed", "island", "unaligned", "expired"):
            row[f"person_days_{part}"] = self.sum(part)
        if total == 0:
            return {**row, "reason_missing": "no_effort"}
        row["unmatched_share"] = unmatched / total
        row["basis_worklog_share"] = self.sum("worklog") / total
        if coverage is None or coverage < MINIMUM_COVERAGE:
            return {**row, "reason_missing": "low_coverage"}
        share = self.sum("aligned") / total
        high = self.sum("aligned", "unknown") / total
        return {
            **row,
            "direct_to_top_share": self.sum("to_top") / self.sum("aligned") if share else None,
            "aligned_share": share,
            "aligned_share_low": share,
            "aligned_share_high": high,
        }


Key = tuple[str, dt.date]
"""A unit and a Monday."""


def effort_alignment(
    basis: Basis,
    cells: Mapping[Key, Cell],
    focus: Mapping[Key, dict[str, float | None]],
    gaps: Mapping[Key, float],
    hidden: Collection[Key],
) -> pl.DataFrame:
    """A unit in a week of a basis. `cells` are those of `cells_of`, `focus` what `focus.of_units`
    says of a unit's goals, `gaps` the priority gaps, `hidden` the rows without a number."""
    rows = []
    for unit, week in basis.rows():
        row = {"org_unit_id": f"{HR}:{unit}", "week_start": week, "org_basis": basis.name}
        if (unit, week) in hidden:
            rows.append({**row, **HIDDEN})
            continue
        row |= cells[unit, week].row()
        if row["reason_missing"] is None:
            row |= focus.get((unit, week), {})
            row["priority_gap"] = gaps.get((unit, week))
        rows.append(row)
    return pl.DataFrame(rows, schema=ALIGNMENT).sort("org_unit_id", "week_start")


def cells_of(basis: Basis) -> dict[Key, Cell]:
    """What every unit of a basis did, its subtree included; an empty cell where nothing was."""
    cells: dict[Key, Cell] = defaultdict(Cell)
    by_unit = [pl.col("ancestor"), pl.col("week_start")]
    sums = basis.work.group_by("week_start", *_WORK, maintain_order=True).agg(
        pl.col("person_days").sum()
    )
    for unit, week, *amount in (
        sums.join(basis.above, on=["version", "unit"], maintain_order="left")
        .group_by(*by_unit, "worker", "node_class", "is_unknown", "basis", maintain_order=True)
        .agg(pl.col("person_days").sum())
        .iter_rows()
    ):
        cells[unit, week].add(*amount)
    capacity = (
        basis.days.filter("is_here", "is_working")
        .with_columns(week_start=pl.col("day").dt.truncate("1w"))
        .group_by("week_start", "version", "unit", maintain_order=True)
        .agg(pl.col("fte").sum())
    )
    for unit, week, fte in (
        capacity.join(basis.above, on=["version", "unit"], maintain_order="left")
        .select(*by_unit, "fte")
        .iter_rows()
    ):
        cells[unit, week].capacity += fte
    return cells
