"""A night of a pairing: its `alignmart.yaml` and files, run whole or built step by step.

Belongs here: what a company with these systems would write down, and what its night makes of it.
Does not belong here: the systems (`pairings`), what two nights have in common (`carried`).

What stands in other systems than the pairing's is written as it would stand there: units by the
source that gives them, work by the tracker's own names, of which Redmine has only numbers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import polars as pl
from ruamel.yaml import YAML

from pipelines.archive import Archive
from pipelines.assets.transform import environment, variables
from pipelines.clock import Clock
from pipelines.config_file import load
from pipelines.dbt import EXECUTABLE, PROJECT
from pipelines.forecast import forecast
from pipelines.linkage import link
from pipelines.load import load_pull
from pipelines.night import Night
from pipelines.systems import build
from pipelines.warehouse import Warehouse
from sandbox import observe, redmine_view
from sandbox.world import GOALS, SURVEYS, World
from tests.nights.company import RUN_COLUMNS, RUN_TABLES
from tests.nights.pairings import FILES, Pairing, Systems, named

Tables = dict[str, pl.DataFrame]

_AT_AN_INSTANT: Final = (
    "import datetime, sys; from pipelines import clock; "
    "at = datetime.datetime.fromisoformat(sys.argv.pop(1)); clock.now = lambda: at; "
    "from pipelines.cli import app; app()"
)
"""`alignmart` with the wall clock at an instant: sources show nothing but their present."""


@dataclass(frozen=True)
class PairedNight:
    """A folder with the configuration of a pairing, and what was made of it."""

    systems: Systems
    pairing: Pairing
    folder: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "data" / "warehouse.duckdb"

    def run(self) -> str:
        """`alignmart nightly`, which must go well and set nothing aside; what it printed."""
        command = ["nightly", "--config", str(self._configured())]
        done = subprocess.run(
            [sys.executable, "-c", _AT_AN_INSTANT, self.systems.as_of.isoformat(), *command],
            cwd=PROJECT.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        with duckdb.connect(self.warehouse, read_only=True) as connection:
            aside = connection.sql("select * from raw.quarantine").fetchall()
        assert aside == []
        return done.stdout

    def build(self, parsed: Path) -> None:
        """Pull, load, link, forecast and build, without tests of the models and without publishing.

        `parsed`: where dbt keeps the project that it read, to read it once for several nights.
        """
        config, clock = load(self._configured()), Clock(self.systems.as_of)
        warehouse, archive = Warehouse(config.warehouse_path), Archive(config.data_dir / "archive")
        warehouse.ensure()
        for connector in build(config):
            pull = archive.pull(connector, {}, clock.as_of)
            for frame in load_pull(warehouse, connector, pull, "built"):
                assert (frame.status, frame.rows_quarantined) == ("ok", 0), frame
        link(warehouse, clock.as_of)
        forecast(warehouse, clock.as_of)
        night = Night("built", config, clock, warehouse, archive, {})
        command = ["build", "--resource-type", "seed", "--resource-type", "model"]
        places = {"PROFILES_DIR": PROJECT, "TARGET_PATH": parsed, "LOG_PATH": parsed}
        done = subprocess.run(
            [EXECUTABLE, "--no-use-colors", *command, "--vars", json.dumps(variables(night))],
            env=os.environ | environment(night) | {f"DBT_{n}": str(p) for n, p in places.items()},
            cwd=PROJECT, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout

    def contents(self, *schemas: str) -> Tables:
        """Every table and view of `schemas`, without columns and tables that are about runs."""
        found: Tables = {}
        with duckdb.connect(self.warehouse, read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            names = connection.execute(
                "select table_schema, table_name from information_schema.tables "
                "where list_contains(?, table_schema) order by all",
                [list(schemas)],
            ).fetchall()
            for schema, name in names:
                if (schema, name) not in RUN_TABLES:
                    rows = connection.sql(f"select * from {schema}.{name}").to_arrow_table()
                    table = pl.DataFrame(pl.from_arrow(rows))
                    found[f"{schema}.{name}"] = table.drop(RUN_COLUMNS & set(table.columns))
        return found

    def _configured(self) -> Path:
        """The configuration, written as a person would."""
        files = self.folder / "files"
        observe.write_files(self.systems.world, self.systems.as_of, files)
        for path in sorted(files.rglob("*.csv")):
            table = pl.read_csv(path, infer_schema=False)
            if not table.is_empty():
                self._as_written_there(table).write_csv(path)
        sources = self.systems.sources(self.pairing)
        sources |= {GOALS: {"system": FILES, "path": f"files/{GOALS}"}}
        if self.pairing.surveys == FILES:
            sources |= {SURVEYS: {"system": FILES, "path": f"files/{SURVEYS}"}}
        names = ("identity_overrides", "locations", "top_goals")
        options = {
            "organisation": {"name": "Sample company", "country": "DE"},
            "declared": {name: f"files/declared/{name}.csv" for name in names},
            "sources": sources,
        }
        path = self.folder / "alignmart.yaml"
        with path.open("w", encoding="utf-8") as file:
            YAML().dump(options, file)
        return path

    def _as_written_there(self, table: pl.DataFrame) -> pl.DataFrame:
        """Units by the source that has them, items and accounts as the tracker calls them."""
        world = self.systems.world
        called: dict[str, dict[str, str]] = {}
        if "org_unit_ref" in table.columns:
            refs = table["org_unit_ref"].drop_nulls().unique()
            called["org_unit_ref"] = {ref: named(ref, self.pairing) for ref in refs}
        if self.pairing.tracker == "redmine":
            numbers = {account: number for number, account in redmine_accounts(world).items()}
            called |= {"initiative_key": numbers_of_items(world), "account_ref": numbers}
        return table.with_columns(
            pl.col(column).replace(new) for column, new in called.items() if column in table.columns
        )


def redmine_accounts(world: World) -> dict[str, str]:
    """Redmine's number of an account to the world's key, which is the account's login there."""
    known = redmine_view.accounts(world).select(pl.col("id").cast(pl.String), "account")
    return dict(known.rows())


def numbers_of_items(world: World) -> dict[str, str]:
    """Jira's name of an item, such as PAY-12, to its number."""
    return dict(world.items.select("name", "item").rows())
