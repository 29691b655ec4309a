"""The marts of units: effort_alignment and effort_own_unit (readings T2, E6 to E10).

Belongs here: effort summed over units, weeks and months; suppression by small groups.
Does not belong here: how effort and classes come about.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from typing import Any

import polars as pl

from sandbox.truth.effort import person_of
from sandbox.truth.org import Organisation
from sandbox.truth.presence import subtrees
from sandbox.world import HR

MINIMUM_PEOPLE = 20
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
    "unmatched_share": _F,
    "basis_worklog_share": _F,
    "suppressed": pl.Boolean,
    "reason_missing": pl.String,
}
OWN_UNIT = {
    "org_unit_id": pl.String,
    "node_class": pl.String,
    "month_start": pl.Date,
    "org_basis": pl.String,
    "person_days": _F,
    "suppressed": pl.Boolean,
}
_WORK = ["version", "unit", "worker", "node_class", "is_unknown", "basis"]
COLUMN_OF_CLASS = {"top": "aligned"}
"""Top and aligned effort share the column person_days_aligned."""


def placed(effort: pl.DataFrame, classes: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Effort with its class, in the direct units of its worker that day; sorted."""
    weekly = effort.with_columns(week_start=pl.col("day").dt.truncate("1w"))
    return (
        weekly.join(classes, on=["item", "week_start"])
        .join(days.select("worker", "day", "version", "unit", "share"), on=["worker", "day"])
        .with_columns(person_days=pl.col("person_days") * pl.col("share"))
        .sort("day", "worker", "item", "unit", "share")
    )


class Cell:
    """What one unit's subtree did in one week."""

    def __init__(self) -> None:
        self.workers: set[str] = set()
        self.parts: dict[str, list[float]] = defaultdict(list)
        self.capacity = 0.0
        self.headcount = 0

    def add(self, worker: str, node_class: str, is_unknown: bool, basis: str, days: float) -> None:
        """Count a sum of effort of one worker."""
        if days <= 0:
            return
        self.workers.add(worker)
        for part, counts in (
            ("all", True),
            (COLUMN_OF_CLASS.get(node_class, node_class), True),
            ("unknown", is_unknown),
            ("unmatched", person_of(worker) is None),
            ("worklog", basis == "worklog"),
        ):
            if counts:
                self.parts[part].append(days)

    def sum(self, *parts: str) -> float:
        """Person-days of parts, rounded once, so that their order does not matter."""
        return math.fsum(days for part in parts for days in self.parts[part])

    def row(self, minimum: int) -> dict[str, Any]:
        """The numbers of the mart, or none of them for a small group."""
        if self.headcount < MINIMUM_PEOPLE or 0 < len(self.workers) < minimum:
            return {"suppressed": True, "reason_missing": "few_people"}
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
            "aligned_share": share,
            "aligned_share_low": share,
            "aligned_share_high": high,
        }


def effort_alignment(
    work: pl.DataFrame, days: pl.DataFrame, org: Organisation, last_day: dt.date, minimum: int
) -> pl.DataFrame:
    """A unit in a week, `as_was`: every unit of the Sunday's tree, from the first week with effort
    to the last whose Sunday has come. `work` is effort as `placed`, `days` those of workers."""
    if work.is_empty():
        return pl.DataFrame(schema=ALIGNMENT)
    cells = _cells(work, days, org)
    rows = []
    week: dt.date = work["week_start"].min()  # type: ignore[assignment]
    while (sunday := week + dt.timedelta(days=6)) <= last_day:
        for unit in sorted(org.tree(sunday).parent):
            key = {"org_unit_id": f"{HR}:{unit}", "week_start": week, "org_basis": "as_was"}
            rows.append({**key, **cells[unit, week].row(minimum)})
        week += dt.timedelta(days=7)
    return pl.DataFrame(rows, schema=ALIGNMENT).sort("org_unit_id", "week_start")


def _cells(
    work: pl.DataFrame, days: pl.DataFrame, org: Organisation
) -> dict[tuple[str, dt.date], Cell]:
    cells: dict[tuple[str, dt.date], Cell] = defaultdict(Cell)
    above = subtrees(org, days["version"].unique())
    here = days.filter("is_here").with_columns(week_start=pl.col("day").dt.truncate("1w"))
    by_unit = [pl.col("ancestor"), pl.col("week_start")]
    sums = work.group_by("week_start", *_WORK, maintain_order=True).agg(pl.col("person_days").sum())
    for unit, week, *amount in (
        sums.join(above, on=["version", "unit"], maintain_order="left")
        .group_by(*by_unit, "worker", "node_class", "is_unknown", "basis", maintain_order=True)
        .agg(pl.col("person_days").sum())
        .iter_rows()
    ):
        cells[unit, week].add(*amount)
    capacity = (
        here.filter("is_working")
        .group_by("week_start", "version", "unit", maintain_order=True)
        .agg(pl.col("fte").sum())
    )
    for unit, week, fte in (
        capacity.join(above, on=["version", "unit"], maintain_order="left")
        .select(*by_unit, "fte")
        .iter_rows()
    ):
        cells[unit, week].capacity += fte
    sundays = here.filter(pl.col("day").dt.weekday() == 7)
    for unit, week, people in (
        sundays.join(above, on=["version", "unit"])
        .group_by(*by_unit)
        .agg(pl.col("worker").n_unique())
        .iter_rows()
    ):
        cells[unit, week].headcount = people
    return cells


def effort_own_unit(work: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """A direct unit, class and month, `as_was`: the table that can be summed."""
    cells = (
        work.filter(pl.col("person_days") > 0)
        .with_columns(month_start=pl.col("day").dt.truncate("1mo"))
        .group_by("unit", "node_class", "month_start", maintain_order=True)
        .agg(pl.col("person_days").sum(), people=pl.col("worker").n_unique())
        .with_columns(suppressed=pl.col("people") < minimum)
    )
    return cells.select(
        org_unit_id=HR + ":" + pl.col("unit"),
        node_class="node_class",
        month_start="month_start",
        org_basis=pl.lit("as_was"),
        person_days=pl.when(~pl.col("suppressed")).then("person_days"),
        suppressed="suppressed",
    ).sort("org_unit_id", "node_class", "month_start")
