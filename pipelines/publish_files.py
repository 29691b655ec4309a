"""The files of a published version: one DuckDB database and one Parquet file a table.

Belongs here: what is in them, their order, comments and checksums, counting them again.
Does not belong here: when and whether they are published, how they become current (`publish`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipelines.boundaries import reached
from pipelines.dbt_results import MARTS_SCHEMA, Node

DATABASE: Final = "alignment.duckdb"
STORAGE_VERSION: Final = "v1.4.0"
"""The oldest DuckDB whose clients must be able to open a published database."""

MANIFEST_TABLE: Final = "publish_manifest"
MANIFEST_ABOUT: Final = "What this version holds: one row a published table."
MANIFEST_COLUMNS: Final[dict[str, tuple[pl.DataType | type[pl.DataType], str]]] = {
    "version": (pl.String, "The published version, as day of as_of and a number"),
    "run_id": (pl.String, "The run that built, tested and published it"),
    "as_of": (pl.Datetime("us", "UTC"), "The instant that the version speaks for"),
    "table_name": (pl.String, "The table"),
    "n_rows": (pl.Int64, "Rows of the table"),
    "checksum": (pl.String, "MD5 over the table's rows, whatever their order"),
    "tests_passed": (pl.Int64, "Tests that passed before this version was published"),
    "previous_version": (pl.String, "The version that readers saw before; empty at first"),
    "created_at": (pl.Datetime("us", "UTC"), "The run's own time, which is its as_of"),
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is the same in every row of `publish_manifest`."""

    version: str
    run_id: str
    as_of: dt.datetime
    tests_passed: int
    previous_version: str | None


@dataclass(frozen=True, slots=True)
class Counted:
    """A published table as it was counted: in the database and in its Parquet file."""

    name: str
    rows: int
    checksum: str
    parquet_rows: int


def write(
    folder: Path, warehouse: Path, marts: Mapping[str, Node], manifest: Manifest
) -> list[Counted]:
    """Write the files of a version into `folder`, which must not exist.

    `marts` are nodes of dbt's manifest by table: their key orders the rows, their descriptions
    become comments. Raises duckdb.Error.
    """
    folder.joinpath("parquet").mkdir(parents=True)
    with _connection() as connection:
        connection.execute(f"ATTACH {_text(str(warehouse))} AS warehouse (READ_ONLY)")
        connection.execute(
            f"ATTACH {_text(str(folder / DATABASE))} AS version "
            f"(STORAGE_VERSION {_text(STORAGE_VERSION)})"
        )
        connection.execute(f"CREATE SCHEMA version.{MARTS_SCHEMA}")
        for table, node in marts.items():
            _copy_table(connection, table, node)
        _write_manifest(connection, manifest, _counts(connection, "version"))
        connection.execute("CHECKPOINT version")
        reached("publish.database_written")
        for table in [*marts, MANIFEST_TABLE]:
            connection.execute(
                f"COPY (SELECT * FROM version.{MARTS_SCHEMA}.{_name(table)}) TO "
                f"{_text(str(_parquet(folder, table)))} (FORMAT parquet, COMPRESSION zstd)"
            )
        connection.execute("DETACH version")
    reached("publish.files_written")
    return count(folder)


def count(folder: Path) -> list[Counted]:
    """Every table of a version, opened and counted from its files, by name."""
    with _connection() as connection:
        connection.execute(f"ATTACH {_text(str(folder / DATABASE))} AS version (READ_ONLY)")
        tables = [
            Counted(table, rows, checksum, _parquet_rows(connection, folder, table))
            for table, (rows, checksum) in _counts(connection, "version").items()
        ]
        connection.execute("DETACH version")
    return tables


def _copy_table(connection: duckdb.DuckDBPyConnection, table: str, node: Node) -> None:
    target = f"version.{MARTS_SCHEMA}.{_name(table)}"
    columns = connection.sql(f"SELECT * FROM warehouse.{MARTS_SCHEMA}.{_name(table)}").columns
    key = [column for column in node.get("primary_key") or [] if column in columns]
    order = ", ".join(_name(column) for column in dict.fromkeys([*key, *columns]))
    connection.execute(
        f"CREATE TABLE {target} AS "
        f"SELECT * FROM warehouse.{MARTS_SCHEMA}.{_name(table)} ORDER BY {order}"
    )
    described = {c["name"]: c.get("description") or "" for c in node["columns"].values()}
    _comment(connection, target, node.get("description") or "", described)


def _write_manifest(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, counts: dict[str, tuple[int, str]]
) -> None:
    rows = [
        {
            "version": manifest.version,
            "run_id": manifest.run_id,
            "as_of": manifest.as_of,
            "table_name": table,
            "n_rows": n_rows,
            "checksum": checksum,
            "tests_passed": manifest.tests_passed,
            "previous_version": manifest.previous_version,
            "created_at": manifest.as_of,
        }
        for table, (n_rows, checksum) in counts.items()
    ]
    frame = pl.DataFrame(
        rows, schema=[(name, kind) for name, (kind, _) in MANIFEST_COLUMNS.items()]
    )
    target = f"version.{MARTS_SCHEMA}.{MANIFEST_TABLE}"
    connection.register("manifest_rows", frame.to_arrow())
    connection.execute(f"CREATE TABLE {target} AS SELECT * FROM manifest_rows")
    connection.unregister("manifest_rows")
    described = {name: text for name, (_, text) in MANIFEST_COLUMNS.items()}
    _comment(connection, target, MANIFEST_ABOUT, described)


def _comment(
    connection: duckdb.DuckDBPyConnection, target: str, about: str, columns: Mapping[str, str]
) -> None:
    connection.execute(f"COMMENT ON TABLE {target} IS {_text(about.strip())}")
    for column, text in columns.items():
        connection.execute(f"COMMENT ON COLUMN {target}.{_name(column)} IS {_text(text.strip())}")


def _counts(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, tuple[int, str]]:
    """Rows and checksum of each table of the marts, by name.

    The checksum is the MD5 of the sorted MD5s of the rows as JSON, so neither the order of rows
    nor the version of DuckDB's own hash function changes it.
    """
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() "
        "WHERE database_name = $database AND schema_name = $schema ORDER BY table_name",
        {"database": database, "schema": MARTS_SCHEMA},
    ).fetchall()
    counts = {}
    for (table,) in tables:
        n_rows, checksum = connection.execute(
            "SELECT count(*), coalesce(md5(string_agg(row_md5, '' ORDER BY row_md5)), '') "
            "FROM (SELECT md5(CAST(to_json(r) AS VARCHAR)) AS row_md5 "
            f"FROM {database}.{MARTS_SCHEMA}.{_name(table)} AS r)"
        ).fetchall()[0]
        counts[table] = (n_rows, checksum)
    return counts


def _parquet_rows(connection: duckdb.DuckDBPyConnection, folder: Path, table: str) -> int:
    path = _parquet(folder, table)
    if not path.exists():
        return -1
    found = connection.execute(
        f"SELECT sum(num_rows) FROM parquet_file_metadata({_text(str(path))})"
    ).fetchall()
    return int(found[0][0])


def _parquet(folder: Path, table: str) -> Path:
    return folder / "parquet" / f"{table}.parquet"


@contextmanager
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
