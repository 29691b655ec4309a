"""integration: how far a unit has joined in, and where joining in is hard (readings J1 to J3).

Belongs here: the parts of the index, the stage, weeks since the first link.
Does not belong here: rows and small groups (`months`), goals of a week (`portfolio`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import polars as pl

from sandbox.truth.links import Links
from sandbox.truth.metrics import Metrics
from sandbox.truth.months import (
    KEY,
    Month,
    Months,
    Row,
    change,
    mean_of,
    month_table,
    present,
)
from sandbox.truth.portfolio import Standings, goal_portfolio
from sandbox.world import World

ENOUGH_PARTS = 3
STAGES = ("connected", "linked", "measured", "understood")
_F, _T = pl.Float64, pl.String
COLUMNS: dict[str, Any] = {
    "stage": _T,
    "weeks_since_first_link": pl.Int64,
    "checkins_on_cadence_share": _F,
    "goals_aligned_up_share": _F,
    "effort_linked_share": _F,
    "automated_metric_share": _F,
    "helps_us_decide": _F,
    "integration_index": _F,
    "parts_present": _T,
    "change_3m": _F,
}


class Integration:
    """Goals, metrics and links of a cut world, as signs that a unit has joined in."""

    def __init__(
        self,
        world: World,
        links: Links,
        metrics: Metrics,
        *,
        perceived_cut: float = 0.5,
    ) -> None:
        self.metrics, self.perceived_cut = metrics, perceived_cut
        self.first_link: dict[str, dt.date] = {}
        for link in (one for some in links.direct.values() for one in some):
            known = self.first_link.get(link.goal, link.since)
            self.first_link[link.goal] = min(known, link.since)
        self.entries: dict[str, list[tuple[dt.date, str | None]]] = defaultdict(list)
        read = world.observations.sort("metric", "observed_on", "recorded_at")
        for metric, day, entry in read.select("metric", "observed_on", "entry").iter_rows():
            self.entries[metric].append((day, entry))

    def table(self, months: Months, weeks: Standings) -> pl.DataFrame:
        """The mart. `weeks` are the standings of goals, week by week."""
        standing = _standing(months, weeks)
        made = month_table(months.rows, lambda row: self._row(months, row, standing[row]), COLUMNS)
        return made.with_columns(change_3m=change(made, "integration_index", 3, "parts_present"))

    def _row(self, months: Months, row: Month, standing: Row) -> Row:
        parts = {
            "checkins": standing["fresh_share"],
            "aligned_up": standing["aligned_up_share"],
            "effort_linked": effort_linked(months.effort(row)),
            "automated": self._automated(months, row),
            "helps_us_decide": months.cell(row, "helps_us_decide").get("favourable_share"),
        }
        is_whole = sum(part is not None for part in parts.values()) >= ENOUGH_PARTS
        weeks = self._weeks_since_first_link(months, row)
        return {
            "stage": self._stage(months, row, weeks, parts["effort_linked"]),
            "weeks_since_first_link": weeks,
            "checkins_on_cadence_share": parts["checkins"],
            "goals_aligned_up_share": parts["aligned_up"],
            "effort_linked_share": parts["effort_linked"],
            "automated_metric_share": parts["automated"],
            "helps_us_decide": parts["helps_us_decide"],
            "integration_index": mean_of(parts.values()) if is_whole else None,
            "parts_present": present(parts),
            "reason_missing": None if is_whole else "few_parts",
        }

    def _in_force(self, months: Months, row: Month) -> set[str]:
        found = (self.metrics.in_force(goal, row.sunday) for goal in months.goals(row))
        return {metric for metrics in found for metric in metrics}

    def _automated(self, months: Months, row: Month) -> float | None:
        """Of the metrics of the row's goals whose newest reading says how it was entered, those
        that came by integration."""
        newest = (self._entry(metric, row.sunday) for metric in self._in_force(months, row))
        is_automated = [entry == "integration" for entry in newest if entry is not None]
        return sum(is_automated) / len(is_automated) if is_automated else None

    def _entry(self, metric: str, day: dt.date) -> str | None:
        read = [entry for on, entry in self.entries.get(metric, ()) if on <= day]
        return read[-1] if read else None

    def _weeks_since_first_link(self, months: Months, row: Month) -> int | None:
        dates = [self.first_link.get(goal) for goal in months.goals(row)]
        by_then = [day for day in dates if day is not None and day <= row.sunday]
        return (row.sunday - min(by_then)).days // 7 if by_then else None

    def _stage(
        self, months: Months, row: Month, weeks: int | None, effort_linked: float | None
    ) -> str:
        """The last of the steps that are reached one after the other (J2)."""
        seen = months.cell(row, "los_actions").get("favourable_share")
        reached = (
            bool(months.observable(row) or months.goals(row)),
            weeks is not None or (effort_linked or 0) > 0,
            any(self.metrics.is_live(m, row.sunday) for m in self._in_force(months, row)),
            seen is not None and seen >= self.perceived_cut,
        )
        stage = "none"
        for name, is_reached in zip(STAGES, reached, strict=True):
            if not is_reached:
                break
            stage = name
        return stage


def effort_linked(effort: Row) -> float | None:
    """The part of a week's effort that has a goal, or had one; None as aligned_share is (J1)."""
    if effort.get("aligned_share") is None:
        return None
    linked: float = 1 - effort["person_days_unaligned"] / effort["person_days"]
    return linked


def _standing(months: Months, weeks: Standings) -> dict[Month, Row]:
    """goal_portfolio's numbers on the Sunday of every row."""
    asked = [
        row.key | {"week_start": row.week_start, "is_shown": row.is_shown} for row in months.rows
    ]
    schema = KEY | {"week_start": pl.Date, "is_shown": pl.Boolean}
    shown = pl.DataFrame(asked, schema=schema).drop("month_start")
    found = goal_portfolio(weeks, shown).iter_rows(named=True)
    by_key = {(r["org_unit_id"], r["week_start"], r["org_basis"]): r for r in found}
    return {
        row: by_key[row.key["org_unit_id"], row.week_start, row.basis.name] for row in months.rows
    }
