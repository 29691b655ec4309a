"""alignment_scorecard: five blocks, one index, its changes (readings M1 to M4, B3).

Belongs here: the index over the blocks fixed for a quarter, what moved it, what stands beside it.
Does not belong here: parts (`scoreparts`), blocks (`blocks`), rows and small groups (`months`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from sandbox.truth.basis import AS_WAS
from sandbox.truth.blocks import BLOCKS, Part, block, blocks_of
from sandbox.truth.months import KEY, Month, Months, Row, change, month_table
from sandbox.truth.progress import ON_TRACK
from sandbox.truth.scoreparts import Parts, cells
from sandbox.world import GOALS

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


class Scorecard:
    """The index of every row of `months`, from its `parts`. `marts`: customer_alignment,
    goal_progress."""

    def __init__(self, months: Months, parts: Parts, marts: Mapping[str, pl.DataFrame]) -> None:
        self.months, self.parts = months, parts
        self.customers = cells(marts["customer_alignment"], list(KEY), "customer_goal_share")
        status = marts["goal_progress"].drop_nulls("status_viva")
        self.is_on_track = {
            (goal.removeprefix(f"{GOALS}:"), week): said == ON_TRACK
            for goal, week, said in status.select("goal_id", "week_start", "status_viva").rows()
        }

    def table(self) -> pl.DataFrame:
        """The mart."""
        parts = {row: self.parts.of(row) for row in self.months.rows if row.is_shown}
        bases = _bases({row: blocks_of(found) for row, found in parts.items()})

        def numbers(row: Month) -> Row:
            return _numbers(parts[row], bases[quarter(row.sunday)]) | self._beside(row)

        return with_changes(month_table(self.months.rows, numbers, COLUMNS))

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


def quarter(day: dt.date) -> tuple[int, int]:
    """Year and number of the calendar quarter."""
    return day.year, (day.month - 1) // 3


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
