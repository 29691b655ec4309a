"""The same raw rows in two engines: copies `raw` into PostgreSQL and reads whole schemas of both.

Belongs here: moving tables between DuckDB and PostgreSQL for a comparison.
Does not belong here: starting PostgreSQL (`postgres`), what is compared (`test_dbt_on_postgres`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import polars as pl
from adbc_driver_postgresql import dbapi

COPIED = ("raw", "linkage", "forecast")
"""Schemas that dbt reads and does not make."""


def copy_raw(warehouse: Path, url: str, *made: tuple[str, str]) -> int:
    """Copy what dbt reads from `warehouse` into the database at `url`, and the tables `made`, given
    as (schema, table), which that database cannot make; the number of rows.
    """
    total = 0
    with (
        duckdb.connect(warehouse, read_only=True) as source,
        dbapi.connect(url) as target,
        target.cursor() as cursor,
    ):
        source.execute("set TimeZone = 'UTC'")
        for schema, table in [*tables(source, COPIED), *made]:
            cursor.execute(f"create schema if not exists {schema}")
            rows = source.sql(f"select * from {schema}.{table}").to_arrow_table()
            cursor.adbc_ingest(table, rows, mode="create", db_schema_name=schema)
            total += rows.num_rows
        target.commit()
    return total


def tables(connection: duckdb.DuckDBPyConnection, schemas: Iterable[str]) -> list[tuple[str, str]]:
    """(schema, table) of all base tables of `schemas`, sorted."""
    found = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where list_contains(?, table_schema) and table_type = 'BASE TABLE' order by all",
        [list(schemas)],
    ).fetchall()
    return [(schema, table) for schema, table in found]


def in_duckdb(warehouse: Path, table: str) -> pl.DataFrame:
    """A whole table of the warehouse file."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        rows = connection.sql(f"select * from {table}").to_arrow_table()
    return pl.DataFrame(pl.from_arrow(rows))


def in_postgres(url: str, table: str) -> pl.DataFrame:
    """The same table of the database at `url`."""
    with dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("set time zone 'UTC'")
        cursor.execute(f"select * from {table}")
        return pl.DataFrame(pl.from_arrow(cursor.fetch_arrow_table()))
