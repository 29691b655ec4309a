"""The models say the same on PostgreSQL as on DuckDB: every table of core and marts, every row."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import polars as pl
import pytest

from pipelines.config import Config, Sample
from pipelines.dbt import EXECUTABLE, PROJECT
from tests.live import engines, postgres
from tests.nights.company import RUN_COLUMNS, RUN_TABLES, Company, unequal

pytestmark = [pytest.mark.live, pytest.mark.timeout(1200)]

PLANNING = {"shared_buffers": "512MB", "work_mem": "64MB", "enable_nestloop": "off"}
"""PostgreSQL cannot foresee how many rows a view of versions leaves, and would loop over them."""


IN_PYTHON = (("core", "week_told"), ("core", "own_effort_told"))
"""Models in Python, which PostgreSQL does not run: their tables are brought there."""
LEFT_OUT = "driver_weight+"
"""Another one, and what stands on it."""


def variables(company: Company) -> dict[str, object]:
    """The organisation of the sample company, as the nightly run tells dbt."""
    config = Config(sample=Sample(people=company.people, months=company.months))
    return {"country": config.organisation.country, "hours_per_day": config.hours_per_day}


def build(company: Company, url: str, target: Path) -> str:
    """`dbt build` in the database at `url`: what it printed."""
    place = urlsplit(url)
    environment = {
        **os.environ,
        "ALIGNMART_POSTGRES_HOST": str(place.hostname),
        "ALIGNMART_POSTGRES_PORT": str(place.port),
        "ALIGNMART_POSTGRES_USER": str(place.username),
        "ALIGNMART_POSTGRES_PASSWORD": str(place.password),
        "ALIGNMART_POSTGRES_DATABASE": place.path.removeprefix("/"),
        "ALIGNMART_AS_OF": f"{company.end}T23:59:59.999999+00:00",
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_LOG_PATH": str(target),
    }
    command = ["--no-use-colors", "build", "--target", "postgres", "--target-path", str(target)]
    left_out = ["--exclude-resource-type", "unit_test", "--exclude", LEFT_OUT]
    left_out += [model for _, model in IN_PYTHON]
    done = subprocess.run(
        [EXECUTABLE, *command, *left_out, "--vars", json.dumps(variables(company))],
        cwd=PROJECT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def contents(read: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Sorted, without the columns that name a run."""
    kept = {name: rows.drop(RUN_COLUMNS & set(rows.columns)) for name, rows in read.items()}
    return {name: rows.sort(rows.columns, nulls_last=True) for name, rows in kept.items()}


def test_core_and_marts_of_400_people_are_the_same_on_postgresql(tmp_path: Path) -> None:
    company = Company(tmp_path / "company")
    company.night()
    warehouse = company.folder / "data" / "warehouse.duckdb"
    with duckdb.connect(warehouse, read_only=True) as connection:
        built = engines.tables(connection, ["core", "marts"])
    left_out = RUN_TABLES | {("core", "driver_weight"), ("marts", "drivers")}
    names = [f"{schema}.{table}" for schema, table in built if (schema, table) not in left_out]
    with postgres.running(PLANNING) as cluster:
        url = postgres.database(cluster, "alignmart")
        assert engines.copy_raw(warehouse, url, *IN_PYTHON) > 100_000
        build(company, url, tmp_path / "target")
        theirs = contents({name: engines.in_postgres(url, name) for name in names})
    ours = contents({name: engines.in_duckdb(warehouse, name) for name in names})
    assert len(names) > 70
    assert {n: t.schema for n, t in ours.items()} == {n: t.schema for n, t in theirs.items()}
    assert unequal(ours, theirs) == {}
