"""effort_own_unit: the effort of a unit's own people, month by month (readings E6, E13, F2b).

Belongs here: its cells on both org bases, and which of them have no number.
Does not belong here: subtrees, weeks (`units`), sums and differences of cells (`toldgroups`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl

from sandbox.truth.basis import AS_WAS, RESTATED, Basis
from sandbox.truth.toldgroups import classes_of, rows_that_tell
from sandbox.truth.units import DIGITS
from sandbox.world import HR

OWN_UNIT: dict[str, Any] = {
    "org_unit_id": pl.String,
    "node_class": pl.String,
    "month_start": pl.Date,
    "org_basis": pl.String,
    "person_days": pl.Float64,
    "suppressed": pl.Boolean,
}
TABLE = ["node_class", "month_start"]
"""Cells of one class and month are sums of the same amounts."""
CELL = [*TABLE, "org_basis", "unit"]


def effort_own_unit(as_was: Basis, today: Basis, minimum: int) -> pl.DataFrame:
    """A direct unit, class, month and basis: the table that can be summed. A restated cell is
    hidden, too, where few people have another amount in it than in its as_was cell, and cells of
    both bases until no group of a few people is a sum of cells."""
    cells = _cells(as_was, today, minimum)
    told = pl.DataFrame(
        _told(cells.filter(~pl.col("is_small")), _parts(as_was, today), minimum),
        schema={name: cells.schema[name] for name in CELL},
        orient="row",
    )
    marked = cells.join(told.with_columns(is_told=True), on=CELL, how="left")
    suppressed = pl.col("is_small") | pl.col("is_told").fill_null(False)
    return marked.select(
        org_unit_id=HR + ":" + pl.col("unit"),
        node_class="node_class",
        month_start="month_start",
        org_basis="org_basis",
        person_days=pl.when(~suppressed).then("person_days"),
        suppressed=suppressed,
    ).sort("org_unit_id", *TABLE, "org_basis")


def _given(basis: Basis) -> pl.DataFrame:
    month = pl.col("day").dt.truncate("1mo").alias("month_start")
    return basis.work.filter(pl.col("person_days") > 0).with_columns(month)


def _cells(as_was: Basis, today: Basis, minimum: int) -> pl.DataFrame:
    """`CELL`, person_days, people, and is_small: by the cell alone, or beside its other basis."""
    work = pl.concat(
        _given(basis).select(*TABLE, "unit", "worker", "person_days", org_basis=pl.lit(basis.name))
        for basis in (as_was, today)
    )
    sign = pl.when(pl.col("org_basis") == RESTATED).then(1).otherwise(-1)
    moved = (
        work.group_by(*TABLE, "unit", "worker")
        .agg(apart=(pl.col("person_days") * sign).sum())
        .group_by(*TABLE, "unit")
        .agg(moved=(pl.col("apart").abs().round(DIGITS) > 0).sum())
    )
    is_apart = (pl.col("org_basis") == RESTATED) & pl.col("moved").is_between(1, minimum - 1)
    return (
        work.group_by(CELL, maintain_order=True)
        .agg(pl.col("person_days").sum(), people=pl.col("worker").n_unique())
        .join(moved, on=[*TABLE, "unit"])
        .with_columns(is_small=(pl.col("people") < minimum) | is_apart)
    )


def _parts(as_was: Basis, today: Basis) -> pl.DataFrame:
    """Workers of each class and month by their unit as it was and their unit today."""
    now = _given(today).select("worker", "day", unit_now="unit").unique()
    return (
        _given(as_was)
        .select(*TABLE, "worker", "day", "unit")
        .unique()
        .join(now, on=["worker", "day"])
        .select(*TABLE, "worker", "unit", "unit_now")
        .unique()
    )


def _told(shown: pl.DataFrame, parts: pl.DataFrame, minimum: int) -> list[tuple[Any, ...]]:
    """Shown cells to hide, since all that are shown would tell of a few people."""
    sizes: dict[Any, dict[Any, Any]] = defaultdict(dict)
    for *table, basis, unit, people in shown.select(*CELL, "people").iter_rows():
        sizes[tuple(table)][basis, unit] = (basis == AS_WAS, people, unit)
    amounts: dict[Any, list[tuple[str, frozenset[Any]]]] = defaultdict(list)
    for *table, worker, unit, unit_now in parts.iter_rows():
        cells = frozenset({(AS_WAS, unit), (RESTATED, unit_now)})
        amounts[tuple(table)].append((worker, cells.intersection(sizes[tuple(table)])))
    return [
        (*table, *cell)
        for table, some in sizes.items()
        for cell in rows_that_tell([classes_of(amounts[table])], minimum, some)
    ]
