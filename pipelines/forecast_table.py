"""The tables of schema `forecast`, which the forecast step writes and dbt reads.

Belongs here: their columns, making them where they are missing, putting new rows in place of old
ones. Does not belong here: their rows (`forecast`).
"""

from __future__ import annotations

from typing import Final

import duckdb
import polars as pl

SCHEMA: Final = "forecast"
WEEKS: Final = "metric_week"
FORECASTS: Final = "metric_forecast"

TABLES: Final[dict[str, dict[str, pl.DataType]]] = {
    WEEKS: {
        "metric_id": pl.String(),
        "week_start": pl.Date(),
        "n_observations": pl.Int64(),
        "last_observed_on": pl.Date(),
        "last_value": pl.Float64(),
        "recent_rate": pl.Float64(),
        "method": pl.String(),
        "input_mark": pl.String(),
    },
    FORECASTS: {
        "metric_id": pl.String(),
        "week_start": pl.Date(),
        "target_on": pl.Date(),
        "p10": pl.Float64(),
        "p50": pl.Float64(),
        "p90": pl.Float64(),
    },
}
"""A row a metric and week: what was known of it at the end of the Sunday, and the mark of what that
follows from. A row a metric, week and day from the Sunday on that is asked for: the forecast from
that knowledge, where there were readings enough (`method` is not empty)."""

_SQL_TYPES: Final = {
    pl.String(): "varchar",
    pl.Date(): "date",
    pl.Int64(): "bigint",
    pl.Float64(): "double",
}


def ensure(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables where they are missing; dbt reads them even if nothing was ever forecast."""
    connection.execute(f"create schema if not exists {SCHEMA}")
    for table, columns in TABLES.items():
        listed = ", ".join(f"{name} {_SQL_TYPES[dtype]}" for name, dtype in columns.items())
        connection.execute(f"create table if not exists {SCHEMA}.{table} ({listed})")


def marks(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """metric_id, week_start and input_mark of the weeks that are there."""
    found = connection.sql(f"select metric_id, week_start, input_mark from {SCHEMA}.{WEEKS}")
    return pl.DataFrame(found.pl())


def replace(
    connection: duckdb.DuckDBPyConnection, gone: pl.DataFrame, new: dict[str, pl.DataFrame]
) -> None:
    """Put rows in place of those of the weeks `gone`, all or nothing."""
    connection.execute("begin")
    connection.register("gone", gone.to_arrow())
    for table in TABLES:
        connection.execute(
            f"delete from {SCHEMA}.{table} as old using gone "
            "where old.metric_id = gone.metric_id and old.week_start = gone.week_start"
        )
        connection.register("new", new[table].to_arrow())
        connection.execute(f"insert into {SCHEMA}.{table} by name select * from new")
    connection.execute("commit")
