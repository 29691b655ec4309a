"""alignment_scorecard: five blocks, one index, its changes (readings M1 to M4, B3).

Belongs here: parts of blocks, blocks, the index over the parts fixed for a quarter, what moved it.
Does not belong here: the parts' own formulas (their marts), rows and small groups (`months`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import polars as pl

from sandbox.truth.actionable import Actionable
from sandbox.truth.basis import AS_WAS
from sandbox.truth.months import KEY, Month, Months, Row, change, month_table
from sandbox.truth.progress import ON_TRACK
from sandbox.truth.reach import Paths, line_of_sight
from sandbox.world import GOALS, HR

BLOCKS = {
    "linked": ("coverage", "aligned_share", "reach"),
    "understood": ("perceived", "goal_clarity", "why_understood"),
    "controlled": ("control", "actionable_metric_share"),
    "pulled": ("pull_index",),
    "rewarded": ("fit_of_incentives",),
}
"""Blocks with their parts, in the order of the index's basis; each weighs 1 as shipped."""
SURVEYED = {
    "perceived": "los_actions",
    "goal_clarity": "goal_clarity",
    "why_understood": "why_understood",
    "control": "control",
}
"""Parts that are cells of a survey, with their construct."""
_F, _T = pl.Float64, pl.String
_PARTS = [part for parts in BLOCKS.values() for part in parts if part != "fit_of_incentives"]
COLUMNS: dict[str, Any] = {
    **dict.fromkeys([*_PARTS, *BLOCKS], _F),
    "alignment_index": _F,
    "index_low": _F,
    "index_high": _F,
    "index_basis": _T,
    "on_pace_share": _F,
    "customer_goal_share": _F,
}
DIGITS = 9
"""Places of a change that count."""


class Part(NamedTuple):
    """A part of a block with its bounds; a part without bounds of its own is its own bounds."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def least(self) -> float | None:
        """The lower bound."""
        return self.value if self.low is None else self.low

    @property
    def most(self) -> float | None:
        """The upper bound."""
        return self.value if self.high is None else self.high


class Scorecard:
    """The parts of every row. `marts`: pull_index, incentive_alignment, customer_alignment,
    goal_progress."""

    def __init__(
        self,
        months: Months,
        paths: Paths,
        actionable: Actionable,
        marts: Mapping[str, pl.DataFrame],
    ) -> None:
        self.months, self.actionable = months, actionable
        self.sight = sights(months, paths)
        self.pull = _by_key(marts["pull_index"], "pull_index")
        self.customers = _by_key(marts["customer_alignment"], "customer_goal_share")
        self.distance = last_distances(marts["incentive_alignment"])
        status = marts["goal_progress"].drop_nulls("status_viva")
        self.is_on_track = {
            (goal.removeprefix(f"{GOALS}:"), week): said == ON_TRACK
            for goal, week, said in status.select("goal_id", "week_start", "status_viva").rows()
        }

    def table(self) -> pl.DataFrame:
        """The mart."""
        parts = {row: self.parts(row) for row in self.months.rows if row.is_shown}
        bases = _bases({row: blocks_of(found) for row, found in parts.items()})

        def numbers(row: Month) -> Row:
            basis = bases.get(quarter(row.sunday), [])
            return _numbers(parts[row], basis) | self._beside(row)

        return with_changes(month_table(self.months.rows, numbers, COLUMNS))

    def parts(self, row: Month) -> dict[str, Part]:
        """Every part of a shown row."""
        effort, sight = (
            self.months.effort(row),
            self.sight[row.basis.name, row.unit, row.week_start],
        )
        coverage, key = effort["effort_coverage"], tuple(row.key.values())
        distance = self.distance(row) if row.basis.name == AS_WAS else None
        return {
            "coverage": Part(None if coverage is None else min(1.0, coverage)),
            "aligned_share": _bounded(effort, "aligned_share"),
            "reach": _bounded(sight, "reach"),
            **{part: self._said(row, construct) for part, construct in SURVEYED.items()},
            "actionable_metric_share": Part(self.actionable.share(self.months, row)),
            "pull_index": Part(self.pull.get(key)),
            "fit_of_incentives": Part(None if distance is None else 1 - distance),
        }

    def _said(self, row: Month, construct: str) -> Part:
        cell = self.months.cell(row, construct)
        return Part(*(cell.get(f"favourable_{name}") for name in ("share", "low", "high")))

    def _beside(self, row: Month) -> Row:
        """What stands beside the index (M4)."""
        statuses = [
            is_on_track
            for goal in self.months.goals(row)
            if (is_on_track := self.is_on_track.get((goal, row.week_start))) is not None
        ]
        return {
            "on_pace_share": sum(statuses) / len(statuses) if statuses else None,
            "customer_goal_share": self.customers.get(tuple(row.key.values())),
        }


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
    found = _cells(incentives, ["org_unit_id", "period_end", "period_start"], "weight_distance")
    periods = sorted({(end, start) for _, end, start in found})

    def of(row: Month) -> float | None:
        over = [period for period in periods if period[0] <= row.sunday]
        return found.get((f"{HR}:{row.unit}", *over[-1])) if over else None

    return of


def quarter(day: dt.date) -> tuple[int, int]:
    """Year and number of the calendar quarter."""
    return day.year, (day.month - 1) // 3


def block(parts: Mapping[str, Part], name: str, bound: str = "value") -> float | None:
    """The mean of a block's parts; None where any is missing."""
    values = [getattr(parts[part], bound) for part in BLOCKS[name]]
    return None if None in values else math.fsum(values) / len(values)


def blocks_of(parts: Mapping[str, Part]) -> list[str]:
    """The blocks that are there, in order."""
    return [name for name in BLOCKS if block(parts, name) is not None]


def _bases(present: Mapping[Month, list[str]]) -> dict[tuple[int, int], list[str]]:
    """By quarter the blocks that the root has in the first month of the quarter (M2).

    `present`: the blocks of shown rows; a root that is not shown has none."""
    roots = {
        row.sunday: blocks
        for row, blocks in present.items()
        if row.basis.name == AS_WAS and row.unit == row.basis.tree(row.sunday).root
    }
    firsts: dict[tuple[int, int], dt.date] = {}
    for row in present:
        of_quarter = quarter(row.sunday)
        firsts[of_quarter] = min(row.sunday, firsts.get(of_quarter, row.sunday))
    return {of_quarter: roots.get(sunday, []) for of_quarter, sunday in firsts.items()}


def _numbers(parts: Mapping[str, Part], basis: list[str]) -> Row:
    blocks = {name: block(parts, name) for name in BLOCKS}
    row: Row = {part: parts[part].value for part in _PARTS} | blocks
    row["index_basis"] = ",".join(basis)
    if not basis:
        return row | {"reason_missing": "no_basis"}
    if any(blocks[name] is None for name in basis):
        return row | {"reason_missing": "missing_block"}
    for column, bound in (
        ("alignment_index", "value"),
        ("index_low", "least"),
        ("index_high", "most"),
    ):
        row[column] = math.fsum(block(parts, name, bound) or 0.0 for name in basis) / len(basis)
    return row


def with_changes(table: pl.DataFrame) -> pl.DataFrame:
    """The mart with its changes and what drove that of three months (B3, M3)."""
    changes = {f"change_{n}m": change(table, "alignment_index", n, "index_basis") for n in (3, 12)}
    known = table.with_columns(**changes)
    three_before = known.with_columns(pl.col("month_start").dt.offset_by("3mo"))
    before = {tuple(row[name] for name in KEY): row for row in three_before.iter_rows(named=True)}
    drivers = [
        main_driver(row, before.get(tuple(row[name] for name in KEY), {}))
        for row in known.iter_rows(named=True)
    ]
    return known.with_columns(pl.Series("main_driver", drivers, dtype=pl.String))


def main_driver(now: Row, then: Row) -> str | None:
    """The block that moved the index most in its direction, where it moved more than its noise."""
    moved = now["change_3m"]
    if moved is None:
        return None
    noise = math.hypot(*((row["index_high"] - row["index_low"]) / 2 for row in (now, then)))
    if round(abs(moved) - noise, DIGITS) <= 0:
        return None
    sign = math.copysign(1, moved)
    basis = now["index_basis"].split(",")
    return max(basis, key=lambda name: round(sign * (now[name] - then[name]), DIGITS))


def _bounded(row: Row, name: str) -> Part:
    return Part(*(row.get(column) for column in (name, f"{name}_low", f"{name}_high")))


def _by_key(table: pl.DataFrame, value: str) -> dict[tuple[Any, ...], float | None]:
    return _cells(table, list(KEY), value)


def _cells(table: pl.DataFrame, keys: list[str], value: str) -> dict[tuple[Any, ...], Any]:
    return {tuple(key): found for *key, found in table.select(*keys, value).iter_rows()}
