"""What core holds of the surveys is what is true of them, row by row.

HR, the tracker's accounts and the survey's files go through the loader on two nights, one while the
third wave is open; then the models that surveys need are built as of either night.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl
import pytest

from connectors.files import Files, FilesSettings
from pipelines.archive import Archive
from pipelines.dbt import EXECUTABLE, PROJECT
from pipelines.linkage import link
from pipelines.load import load_pull
from pipelines.warehouse import Warehouse
from sandbox import observe
from sandbox.company import generate
from sandbox.truth import compute_survey
from sandbox.world import HR, SURVEYS, TRACKER, World, end_of

TABLES = (
    "core.dim_survey",
    "core.dim_survey_question",
    "core.fct_invitation",
    "core.fct_answer",
    "core.fct_answer_set_aside",
)


@dataclass(frozen=True)
class Nights:
    """A company, its warehouse after two nights, and what core held as of each."""

    folder: Path
    world: World
    core: dict[dt.datetime, dict[str, pl.DataFrame]] = field(default_factory=dict)
    linked: dict[dt.datetime, dict[str, str]] = field(default_factory=dict)

    def load(self, as_of: dt.datetime) -> None:
        """A night: written as files, pulled, loaded."""
        place = self.folder / f"{as_of:%Y-%m-%d}"
        observe.write_files(self.world, as_of, place)
        (place / TRACKER).mkdir()
        accounts = observe.canonical_tracker(self.world, as_of)["accounts"]
        accounts.write_parquet(place / TRACKER / "accounts.parquet")
        warehouse, archive = Warehouse(self.folder / "warehouse.duckdb"), Archive(self.folder / "a")
        warehouse.ensure()
        for name in (HR, TRACKER, SURVEYS):
            connector = Files(name, FilesSettings(path=place / name))
            for frame in load_pull(
                warehouse, connector, archive.pull(connector, {}, as_of), f"{as_of}"
            ):
                assert (frame.status, frame.rows_quarantined) == ("ok", 0), frame

    def build(self, as_of: dt.datetime) -> None:
        """Link and build as of a night; keep what core then holds."""
        link(Warehouse(self.folder / "warehouse.duckdb"), as_of)
        answer = subprocess.run(
            [
                EXECUTABLE,
                "--no-use-colors",
                "build",
                "--resource-type",
                "seed",
                "--resource-type",
                "model",
                "--select",
                "+path:models/core/survey",
            ],
            cwd=PROJECT,
            env={
                **os.environ,
                "ALIGNMART_WAREHOUSE": str(self.folder / "warehouse.duckdb"),
                "ALIGNMART_AS_OF": as_of.isoformat(),
                "DBT_PROFILES_DIR": str(PROJECT),
                "DBT_TARGET_PATH": str(self.folder / "target"),
                "DBT_LOG_PATH": str(self.folder / "logs"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stdout
        with duckdb.connect(self.folder / "warehouse.duckdb", read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            self.core[as_of] = {
                name: pl.DataFrame(pl.from_arrow(connection.sql(f"from {name}").to_arrow_table()))
                for name in TABLES
            }
            rows = connection.execute(
                "select account_ref, person_id from core.bridge_identity "
                "where source = ? and method = 'linkage'",
                [SURVEYS],
            ).fetchall()
        self.linked[as_of] = {ref: person.removeprefix(f"{HR}:") for ref, person in rows}


def run(folder: Path, world: World) -> Nights:
    """Two nights: three days into the last wave, and the company's last day."""
    nights = Nights(folder, world)
    opened_at = world.surveys["opened_at"].max()
    assert isinstance(opened_at, dt.datetime)
    during, last = end_of(opened_at.date() + dt.timedelta(days=3)), end_of(world.end)
    for as_of in (during, last):
        nights.load(as_of)
    for as_of in (during, last):
        nights.build(as_of)
    return nights


def unequal(nights: Nights, as_of: dt.datetime) -> dict[str, str]:
    """Tables of core that are not what is true, with how many rows each side has alone."""
    found = {}
    truth = compute_survey(nights.world, as_of, nights.linked[as_of])
    for name, true in truth.items():
        rows = nights.core[as_of][name].select(true.columns).cast(dict(true.schema))
        rows = rows.sort(rows.columns, nulls_last=True)
        if not rows.equals(true):
            alone = rows.join(true, on=rows.columns, how="anti", nulls_equal=True)
            missing = true.join(rows, on=rows.columns, how="anti", nulls_equal=True)
            found[name] = f"{alone} alone in core, {missing} missing"
    return found


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    return run(tmp_path_factory.mktemp("surveys"), generate())


@pytest.mark.parametrize("night", [0, 1], ids=["while a wave is open", "when all are closed"])
def test_core_holds_what_is_true_of_the_surveys(nights: Nights, night: int) -> None:
    as_of = sorted(nights.core)[night]
    assert unequal(nights, as_of) == {}
    heights = {name: table.height for name, table in nights.core[as_of].items()}
    assert heights["core.dim_survey"] == 3
    assert heights["core.fct_invitation"] > 800
    assert heights["core.fct_answer"] > (8_000, 11_000)[night]
    assert nights.core[as_of]["core.dim_survey"]["closed_at"].null_count() == 1 - night


def test_a_cell_that_is_wrong_is_seen(nights: Nights) -> None:
    as_of = max(nights.core)
    table = nights.core[as_of]["core.fct_answer"]
    first = pl.arange(0, pl.len()) == 0
    wrong = table.with_columns(
        pl.when(first).then(pl.lit("hr:x")).otherwise("org_unit_id").alias("org_unit_id")
    )
    other = Nights(nights.folder, nights.world, dict(nights.core), nights.linked)
    other.core[as_of] = {**nights.core[as_of], "core.fct_answer": wrong}
    assert set(unequal(other, as_of)) == {"core.fct_answer"}


def test_every_answer_and_everybody_asked_is_in_core(nights: Nights) -> None:
    core = nights.core[max(nights.core)]
    aside, counted = core["core.fct_answer_set_aside"], core["core.fct_answer"]
    assert counted.height + aside.height == nights.world.answers.height
    sheets = dict(aside.group_by("reason").agg(pl.col("response_id").n_unique()).rows())
    assert sheets == {"late": 6, "second_sheet": 1}
    assert core["core.fct_invitation"]["n_invited"].sum() == nights.world.invitations.height
    assert counted["org_unit_id"].null_count() == 0


def test_whom_an_address_does_not_name_counts_where_the_survey_system_says(nights: Nights) -> None:
    last = max(nights.core)
    asked = nights.core[last]["core.fct_invitation"].filter(pl.col("has_responded").is_not_null())
    waves = nights.world.surveys.filter(~pl.col("is_anonymous"))
    unknown = (
        nights.world.invitations.join(waves, on="survey", how="semi")
        .join(nights.world.contacts, on="person")
        .filter(pl.col("email").is_not_null(), ~pl.col("email").is_in(list(nights.linked[last])))
        .with_columns(pl.when("has_unit").then("unit").alias("named"))
    )
    nobody = asked.filter(pl.col("person_id").is_null())
    assert nobody.height == unknown.height > 5
    assert 0 < unknown["named"].null_count() < unknown.height
    assert set(nobody["org_unit_id"]) == {f"{HR}:{u or '1000'}" for u in unknown["named"]}


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "people", "months"), [(2, 120, 13), (3, 40, 3), (5, 300, 5)])
def test_other_companies_too(tmp_path: Path, seed: int, people: int, months: int) -> None:
    other = run(tmp_path, generate(seed, people, months))
    assert [unequal(other, as_of) for as_of in other.core] == [{}, {}]
