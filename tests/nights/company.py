"""Nights of a sample company in a folder of their own, run as a person runs them."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from sandbox.company import generate
from sandbox.world import World

ROOT = Path(__file__).parents[2]

RUN_COLUMNS = {"run_id", "load_id", "page_ref", "frozen_as_of"}
"""Columns that name a run, a load or the night that froze a wave, not what is true."""

NIGHT_COLUMNS = {"first_seen", "last_seen", "first_seen_at"}
"""Columns that say which night saw something, which no source dates."""

RUN_TABLES = {("marts", "data_trust")}
"""Tables about the runs themselves: how many rows were new is not the same twice."""


@dataclass(frozen=True)
class Company:
    """A sample company of one size, its `alignmart.yaml` and everything it writes in `folder`."""

    folder: Path
    seed: int = 1
    people: int = 400
    months: int = 15
    end: dt.date = dt.date(2026, 10, 31)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(
            f"sample:\n  seed: {self.seed}\n  people: {self.people}\n  months: {self.months}\n"
            f"  end: {self.end}\narchive:\n  keep_days: 400\n",
            encoding="utf-8",
        )

    @property
    def config(self) -> Path:
        return self.folder / "alignmart.yaml"

    @property
    def current(self) -> Path:
        return self.folder / "published" / "current"

    @property
    def versions(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "published" / "versions").iterdir())

    def world(self) -> World:
        return generate(self.seed, self.people, self.months, self.end)

    def start(self, *command: str, kill_at: str = "") -> subprocess.Popen[str]:
        """`alignmart COMMAND`, on its way."""
        environment = {k: v for k, v in os.environ.items() if k != "ALIGNMART_KILL_AT"}
        if kill_at:
            environment["ALIGNMART_KILL_AT"] = kill_at
        return subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", *command, "--config", str(self.config)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str, kill_at: str = "") -> tuple[int, str]:
        """`alignmart COMMAND`, to its end: exit code and what it printed."""
        process = self.start(*command, kill_at=kill_at)
        said, _ = process.communicate(timeout=600)
        return process.returncode, said

    def night(self, day: dt.date | None = None) -> str:
        """A night that must go well; what it printed."""
        code, said = self.run("nightly", *(["--as-of", day.isoformat()] if day else []))
        assert code == 0, said
        return said

    def with_archive_of(self, other: Company) -> None:
        shutil.copytree(other.folder / "data" / "archive", self.folder / "data" / "archive")
        shutil.copytree(other.folder / "data" / "sample", self.folder / "data" / "sample")

    def marts(self) -> duckdb.DuckDBPyConnection:
        """The published database, as a BI tool opens it."""
        connection = duckdb.connect(self.current / "alignment.duckdb", read_only=True)
        connection.execute("set TimeZone = 'UTC'")
        return connection

    def contents(self, *, dated: bool = False) -> dict[str, pl.DataFrame]:
        """Every table of core and marts, sorted, without the columns that name a run.

        With `dated`, also without those that only the nights date, not the sources.
        """
        with duckdb.connect(
            self.folder / "data" / "warehouse.duckdb", read_only=True
        ) as connection:
            connection.execute("set TimeZone = 'UTC'")
            names = connection.execute(
                "select table_schema, table_name from information_schema.tables "
                "where table_schema in ('core', 'marts') order by all"
            ).fetchall()
            return {
                f"{schema}.{name}": _sorted(
                    connection,
                    f"{schema}.{name}",
                    RUN_COLUMNS | (NIGHT_COLUMNS if dated else set()),
                )
                for schema, name in names
                if (schema, name) not in RUN_TABLES
            }


def _sorted(connection: duckdb.DuckDBPyConnection, table: str, without: set[str]) -> pl.DataFrame:
    rows = pl.DataFrame(pl.from_arrow(connection.sql(f"select * from {table}").to_arrow_table()))
    kept = rows.drop(without & set(rows.columns))
    return kept.sort(kept.columns, nulls_last=True)


def unequal(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> dict[str, str]:
    """Tables that differ, with how many rows each side has alone; floats are equal within 1e-9."""
    found = dict.fromkeys(one.keys() ^ other.keys(), "is missing on one side")
    for name in one.keys() & other.keys():
        left, right = _rounded(one[name]), _rounded(other[name])
        if not left.equals(right) and not _near(one[name], other[name]):
            keys = left.columns
            alone = left.join(right, on=keys, how="anti", nulls_equal=True).height
            theirs = right.join(left, on=keys, how="anti", nulls_equal=True).height
            if alone or theirs or left.height != right.height:
                found[name] = f"{alone} rows here alone, {theirs} there, of {left.height}"
    return found


def _near(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Whether they agree within 1e-9, which rounding on two sides of a half may hide."""
    if one.schema != other.schema or one.height != other.height:
        return False
    floats = [name for name, kind in one.schema.items() if kind.is_float()]
    exact = [name for name in one.columns if name not in floats]
    left, right = (table.sort(*exact, *floats, nulls_last=True) for table in (one, other))
    apart = [(left[name] - right[name]).abs().max() for name in floats]
    gaps = [(left[name].is_null() != right[name].is_null()).any() for name in floats]
    near = all(most is None or most <= 1e-9 for most in apart)
    return left.select(exact).equals(right.select(exact)) and near and not any(gaps)


def _rounded(rows: pl.DataFrame) -> pl.DataFrame:
    """Sums may differ in the last bits with the order of adding."""
    return rows.with_columns(pl.selectors.float().round(9)).sort(rows.columns, nulls_last=True)
