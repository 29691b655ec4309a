"""A warehouse that holds what the sample company's systems say, without pulling it from them.

Belongs here: raw tables filled from frames as a night would fill them. Does not belong here: what
is linked, or whether it is right.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from connectors.edge import conform
from pipelines.raw import BOOKKEEPING
from pipelines.warehouse import Warehouse
from sandbox import observe
from sandbox.world import GOALS, HR, SURVEYS, TRACKER, World


def warehouse_of(world: World, as_of: dt.datetime, folder: Path) -> Warehouse:
    """A warehouse in `folder` after a night at `as_of` that read all systems."""
    warehouse = Warehouse(folder / "warehouse.duckdb")
    warehouse.ensure()
    said = {
        HR: observe.hr(world, as_of),
        GOALS: observe.goals(world, as_of),
        TRACKER: {"accounts": observe.canonical_tracker(world, as_of)["accounts"]},
        SURVEYS: observe.surveys(world, as_of),
        "declared": observe.declared(world, as_of),
    }
    for source, frames in said.items():
        fill(warehouse, source, frames, as_of)
    return warehouse


def fill(
    warehouse: Warehouse, source: str, frames: Mapping[str, pl.DataFrame], as_of: dt.datetime
) -> None:
    """Add rows of frames as their first versions."""
    with warehouse.connect() as connection:
        for frame, rows in frames.items():
            found = conform(frame, source, rows)
            assert found.quarantine.is_empty(), found.quarantine
            stored = found.rows.drop("page", "line").with_columns(
                load_id=pl.lit("load"),
                page_ref=pl.lit("page"),
                as_of=pl.lit(as_of, dtype=BOOKKEEPING["as_of"]),
                gone_at=pl.lit(None, dtype=BOOKKEEPING["gone_at"]),
            )
            connection.register("stored", stored.to_arrow())
            connection.execute(f"insert into raw.{frame} by name select * from stored")
