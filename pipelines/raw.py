"""The schema `raw`: one table a frame, made from the frames, always there, maybe empty.

Belongs here: names and types of raw tables, making them, refusing a file of another layout.
Does not belong here: what is loaded when (`load`), what the columns of a frame mean (`frames`).

Every frame's table has the frame's columns and then:
`record_key` the key as one text · `version` the source's own time of the row · `row_hash` of its
content · `load_id` the pull · `page_ref` page (and line) it came from · `as_of` the night that saw
it first · `gone_at` the night that no longer saw it (frames read whole only).
"""

from __future__ import annotations

from typing import Final

import duckdb
import polars as pl

from connectors.frames import FRAMES, column_types

LAYOUT: Final = 1
"""Number of the layout; a change of it is a migration."""

_INSTANT = pl.Datetime("us", "UTC")

BOOKKEEPING: Final[dict[str, pl.DataType]] = {
    "record_key": pl.String(),
    "version": _INSTANT,
    "row_hash": pl.String(),
    "load_id": pl.String(),
    "page_ref": pl.String(),
    "as_of": _INSTANT,
    "gone_at": _INSTANT,
}

OWN_TABLES: Final[dict[str, dict[str, pl.DataType]]] = {
    "quarantine": {
        "source": pl.String(),
        "frame": pl.String(),
        "record_key": pl.String(),
        "reason": pl.String(),
        "payload": pl.String(),
        "page_ref": pl.String(),
        "as_of": _INSTANT,
        "load_id": pl.String(),
        "row_hash": pl.String(),
    },
    "pulls": {
        "source": pl.String(),
        "pull_id": pl.String(),
        "as_of": _INSTANT,
        "state": pl.String(),
    },
    "frame_loads": {
        "source": pl.String(),
        "frame": pl.String(),
        "run_id": pl.String(),
        "pull_id": pl.String(),
        "pulled_at": _INSTANT,
        "as_of": _INSTANT,
        "rows_pulled": pl.Int64(),
        "rows_loaded": pl.Int64(),
        "rows_unchanged": pl.Int64(),
        "rows_duplicate": pl.Int64(),
        "rows_quarantined": pl.Int64(),
        "rows_deleted": pl.Int64(),
        "status": pl.String(),
        "message": pl.String(),
        "unknown_columns": pl.String(),
        "cadence_hours": pl.Float64(),
    },
}
"""Tables of the loader itself: rows set aside, pulls that are loaded, counts a frame and run."""

_SQL_TYPES: Final = {
    pl.String(): "varchar",
    pl.Date(): "date",
    _INSTANT: "timestamptz",
    pl.Float64(): "double",
    pl.Int64(): "bigint",
    pl.Boolean(): "boolean",
}


class LayoutError(Exception):
    """The warehouse file has another layout than this release reads."""


def tables() -> dict[str, dict[str, pl.DataType]]:
    """Columns of every table in `raw`."""
    frames = {frame: column_types(frame) | BOOKKEEPING for frame in FRAMES}
    return frames | OWN_TABLES


def ensure(connection: duckdb.DuckDBPyConnection) -> None:
    """Make what is missing; raise LayoutError where a table is not as this release wants it."""
    connection.execute("create schema if not exists raw")
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, sql_type in connection.execute(
        "select table_name, column_name, lower(data_type) from information_schema.columns "
        "where table_schema = 'raw' order by table_name, ordinal_position"
    ).fetchall():
        found.setdefault(table, []).append((column, sql_type))
    for table, columns in tables().items():
        if table in found:
            _refuse_other(table, dict(found[table]), columns)
            continue
        listed = ", ".join(f'"{name}" {_SQL_TYPES[dtype]}' for name, dtype in columns.items())
        connection.execute(f'create table raw."{table}" ({listed})')


def _refuse_other(table: str, found: dict[str, str], columns: dict[str, pl.DataType]) -> None:
    names = {"timestamp with time zone": "timestamptz"}
    wanted = {name: _SQL_TYPES[dtype] for name, dtype in columns.items()}
    have = {name: names.get(kind, kind) for name, kind in found.items()}
    differing = sorted(
        name for name in wanted.keys() | have.keys() if wanted.get(name) != have.get(name)
    )
    if differing:
        raise LayoutError(
            f"raw.{table} was written by another release (layout {LAYOUT} wants other columns: "
            f"{', '.join(differing)}). Move the file away and `alignmart replay` into a new one."
        )
