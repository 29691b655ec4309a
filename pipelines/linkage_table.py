"""The table `linkage.candidates`, which the linkage writes and dbt reads.

Belongs here: its columns, and making it where it is missing. Does not belong here: its rows
(`linkage`).
"""

from __future__ import annotations

from typing import Final

import duckdb
import polars as pl

SCHEMA: Final = "linkage"
TABLE: Final = "candidates"
CANDIDATES: Final[dict[str, pl.DataType]] = {
    "source": pl.String(),
    "account_ref": pl.String(),
    "is_account": pl.Boolean(),
    "hr_person_id": pl.String(),
    "match_probability": pl.Float64(),
}
"""A row an account that nothing certain names and a record of HR that it may belong to. The
probabilities of one account add up to at most 1; what is missing is nobody."""

_SQL_TYPES: Final = {pl.String(): "varchar", pl.Boolean(): "boolean", pl.Float64(): "double"}


def ensure(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table where it is missing; dbt reads it even if nothing was ever linked."""
    listed = ", ".join(f"{name} {_SQL_TYPES[dtype]}" for name, dtype in CANDIDATES.items())
    connection.execute(f"create schema if not exists {SCHEMA}")
    connection.execute(f"create table if not exists {SCHEMA}.{TABLE} ({listed})")
