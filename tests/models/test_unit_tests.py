"""The models on a warehouse whose sources gave nothing yet: they build, and compute as told.

The unit tests of the dbt project run here and not at night: they are about the models' code, which
no night changes.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest

from pipelines.dbt import EXECUTABLE, PROJECT
from pipelines.dbt_results import DbtResults
from pipelines.warehouse import Warehouse

NIGHT: Final = "2026-06-30T23:59:59.999999Z"
NEXT_NIGHT: Final = "2026-07-01T23:59:59.999999Z"


@dataclass(frozen=True)
class Said:
    """What a run of dbt printed and wrote."""

    words: str
    results: DbtResults


@dataclass(frozen=True)
class Place:
    """A warehouse and the target folder of the dbt that works in it."""

    folder: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def target(self) -> Path:
        return self.folder / "target"

    def dbt(self, *command: str, as_of: str) -> Said:
        answer = subprocess.run(
            [EXECUTABLE, "--no-use-colors", "--log-level-file", "none", *command],
            cwd=PROJECT,
            env={
                **os.environ,
                "ALIGNMART_WAREHOUSE": str(self.warehouse),
                "ALIGNMART_AS_OF": as_of,
                "DBT_PROFILES_DIR": str(PROJECT),
                "DBT_TARGET_PATH": str(self.target),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        results = DbtResults.read(self.target)
        assert results is not None, answer.stdout + answer.stderr
        return Said(answer.stdout + answer.stderr, results)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    found = Place(tmp_path_factory.mktemp("models"))
    Warehouse(found.warehouse).ensure()
    return found


@pytest.fixture(scope="module")
def built(place: Place) -> Said:
    return place.dbt("build", "--exclude-resource-type", "unit_test", as_of=NIGHT)


@pytest.fixture(scope="module")
def unit_tested(place: Place, built: Said) -> Said:
    return place.dbt("test", "--select", "test_type:unit", as_of=NEXT_NIGHT)


def tables(place: Place, built: Said) -> Iterator[tuple[str, dict[str, Any], dict[str, bool]]]:
    """Of every model its table, its columns as described, and as built: whether null may stand."""
    with duckdb.connect(place.warehouse, read_only=True) as connection:
        rows = connection.execute(
            "select table_schema || '.' || table_name, column_name, is_nullable = 'YES' "
            "from information_schema.columns order by ordinal_position"
        ).fetchall()
    for node in built.results.manifest["nodes"].values():
        if node["resource_type"] == "model":
            name = f"{node['schema']}.{node['alias']}"
            yield name, node["columns"], {column: may for t, column, may in rows if t == name}


def test_every_unit_test_passes(unit_tested):
    asked = set(unit_tested.results.manifest["unit_tests"])
    assert len(asked) > 60
    assert unit_tested.results.status == dict.fromkeys(asked, "pass"), unit_tested.words


def test_without_any_data_every_model_builds_and_every_test_passes(built):
    assert set(built.results.status.values()) == {"success", "pass"}, built.words
    assert set(built.results.tests) <= set(built.results.status)


def test_another_night_parses_nothing_again(place, unit_tested):
    assert (place.target / "partial_parse.msgpack").exists()
    before_work = unit_tested.words.partition("unit tests\n")[0]
    assert "Found" in before_work
    assert "parse" not in before_work


def test_without_an_instant_nothing_is_built_and_the_message_says_how_to_give_one(place, built):
    said = place.dbt("compile", "--select", "about", as_of="")
    assert "No as_of is given: set ALIGNMART_AS_OF" in said.words


def test_the_columns_described_are_those_that_are_built(place, built):
    for table, described, columns in tables(place, built):
        assert list(columns) == list(described), table


def test_a_column_that_must_be_filled_refuses_null(place, built):
    n_required = 0
    for table, described, columns in tables(place, built):
        required = [name for name, column in described.items() if column["constraints"]]
        assert [name for name, may_be_null in columns.items() if not may_be_null] == required, table
        n_required += len(required)
    assert n_required > 80


def test_a_test_that_keeps_no_rows_is_compiled_where_its_failure_says(place, built):
    manifest = built.results.manifest
    rows = [
        {"unique_id": unique_id, "status": "fail"}
        for unique_id, test in built.results.tests.items()
        if not test["config"]["store_failures"]
    ]
    failed = DbtResults(manifest, {"results": rows}).failed_tests()
    assert len(failed) > 200
    for test in failed:
        query = place.target / test.message.partition("its query: ")[2]
        assert "select" in query.read_text(encoding="utf-8")
