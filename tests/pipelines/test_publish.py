"""Publishing: only what passed this run's tests, whole or not at all, and never under a reader."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.boundaries import BOUNDARIES, reached
from pipelines.config import Privacy
from pipelines.publish import PublishRefused, Shelf, publish, return_to
from pipelines.publish_files import count
from tests.pipelines.published_world import (
    AS_OF,
    RUN,
    build_warehouse,
    publish_once,
    results,
)

ROOT = Path(__file__).parents[2]


def shelf_of(root: Path) -> Shelf:
    return Shelf(root / "published")


def generation(root: Path) -> str:
    """What a reader of `current` sees, from both formats; fails where they differ."""
    folder = shelf_of(root).pointer.resolve()
    with duckdb.connect(folder / "alignment.duckdb", read_only=True) as connection:
        statement = connection.sql("SELECT statement FROM marts.about").fetchall()[0][0]
        smallest = connection.sql("SELECT min(n_metrics) FROM marts.goal_triad").fetchall()[0][0]
    parquet = pl.read_parquet(folder / "parquet" / "about.parquet")["statement"][0]
    assert statement == parquet == str(smallest)
    return statement


def test_a_version_holds_every_mart_in_both_formats_and_says_so(tmp_path):
    published = publish_once(tmp_path)
    assert published.version == shelf_of(tmp_path).current == "2026-10-31.1"
    assert [t.name for t in published.tables] == ["about", "goal_triad", "publish_manifest"]
    assert all(table.rows == table.parquet_rows > 0 for table in published.tables)
    manifest = pl.read_parquet(published.folder / "parquet" / "publish_manifest.parquet")
    assert manifest.select("table_name", "n_rows", "tests_passed", "run_id").rows() == [
        ("about", 1, 2, RUN),
        ("goal_triad", 200, 2, RUN),
    ]
    assert manifest["created_at"].unique().to_list() == [AS_OF]
    assert manifest["previous_version"].to_list() == [None, None]
    assert dict(manifest.select("table_name", "checksum").rows()) == {
        t.name: t.checksum for t in published.tables if t.name != "publish_manifest"
    }


def test_the_database_opens_with_older_clients_and_leaves_no_log_beside_it(tmp_path):
    folder = publish_once(tmp_path).folder
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{folder / 'alignment.duckdb'}' AS v (READ_ONLY)")
        tags = connection.sql("SELECT tags FROM duckdb_databases() WHERE database_name = 'v'")
        assert "v1.4" in tags.fetchall()[0][0]["storage_version"]
    assert sorted(p.name for p in folder.iterdir()) == ["alignment.duckdb", "parquet"]


def test_every_table_and_column_carries_its_meaning(tmp_path):
    folder = publish_once(tmp_path).folder
    with duckdb.connect(folder / "alignment.duckdb", read_only=True) as connection:
        columns = connection.sql(
            "SELECT comment FROM duckdb_columns() WHERE schema_name = 'marts'"
        ).fetchall()
        tables = connection.sql("SELECT comment FROM duckdb_tables() ORDER BY table_name")
        assert tables.fetchall()[:2] == [("What this is for",), ("One row a goal's 'triad'",)]
    assert len(columns) == 15
    assert all(comment for (comment,) in columns)


def test_rows_lie_in_the_order_of_their_key(tmp_path):
    folder = publish_once(tmp_path).folder
    keys = pl.read_parquet(folder / "parquet" / "goal_triad.parquet")["goal_id"]
    assert keys.to_list() == sorted(keys)


def test_the_checksum_ignores_the_order_of_rows_and_sees_every_value(tmp_path):
    first = {t.name: t.checksum for t in publish_once(tmp_path / "a").tables}
    again = publish_once(tmp_path / "b")
    warehouse = build_warehouse(tmp_path / "c.duckdb")
    with duckdb.connect(warehouse) as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT * FROM marts.goal_triad ORDER BY n_metrics DESC"
        )
        connection.execute("DROP TABLE marts.goal_triad")
        connection.execute("CREATE TABLE marts.goal_triad AS SELECT * FROM t")
    turned = publish(Shelf(tmp_path / "c"), warehouse, results(), RUN, AS_OF, 7, Privacy())
    assert {t.name: t.checksum for t in again.tables} == first
    assert {t.name: t.checksum for t in turned.tables} == first
    other = {t.name: t.checksum for t in publish_once(tmp_path / "d", shift=1).tables}
    assert other["goal_triad"] != first["goal_triad"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (None, "no results of dbt"),
        (results("run-0"), "belong to run run-0"),
        (results(statuses={"test.a.goal_id_is_unique": "fail"}), "goal_id_is_unique on goal_triad"),
        (results(statuses={"test.a.goal_id_is_unique": "absent"}), "did not run"),
        (results(statuses={"test.a.goal_id_is_unique": "skipped"}), "was skipped"),
        (results(statuses={"model.a.about": "skipped"}), "mart about was not built"),
        (results(statuses={"model.a.about": "absent"}), "mart about was not built"),
    ],
    ids=[
        "no run of dbt", "another run", "a failed test", "a test that did not run",
        "a skipped test", "a skipped mart", "a mart that was not asked for",
    ],
)  # fmt: skip
def test_nothing_is_published_unless_this_run_built_and_passed_everything(tmp_path, said, reason):
    publish_once(tmp_path, shift=1)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(PublishRefused, match=reason) as refusal:
        publish(shelf_of(tmp_path), tmp_path / "warehouse.duckdb", said, RUN, AS_OF, 7, Privacy())
    assert "readers keep 2026-10-31.1" in str(refusal.value)
    assert sorted(tmp_path.rglob("*")) == before
    assert generation(tmp_path) == "1"


def test_a_warning_does_not_stop_publishing(tmp_path):
    warehouse = build_warehouse(tmp_path / "w.duckdb")
    said = results(statuses={"test.a.looks_odd": "warn"})
    assert (
        publish(shelf_of(tmp_path), warehouse, said, RUN, AS_OF, 7, Privacy()).version
        == "2026-10-31.1"
    )


def test_versions_of_a_day_are_counted_and_each_names_the_one_before(tmp_path):
    assert [publish_once(tmp_path, n).version for n in range(3)] == [
        "2026-10-31.1", "2026-10-31.2", "2026-10-31.3",
    ]  # fmt: skip
    manifest = pl.read_parquet(shelf_of(tmp_path).pointer / "parquet" / "publish_manifest.parquet")
    assert manifest["previous_version"][0] == "2026-10-31.2"


def test_the_last_versions_are_kept_by_when_they_were_published(tmp_path):
    late = AS_OF + dt.timedelta(days=30)
    publish_once(tmp_path, as_of=late)
    for n in range(4):
        publish_once(tmp_path, n, keep=3)
    assert shelf_of(tmp_path).versions() == ["2026-10-31.2", "2026-10-31.3", "2026-10-31.4"]
    assert shelf_of(tmp_path).current == "2026-10-31.4"


def test_the_version_that_readers_see_is_never_removed(tmp_path):
    for n in range(4):
        publish_once(tmp_path, n)
    return_to(shelf_of(tmp_path), "2026-10-31.1")
    shelf_of(tmp_path).keep(2)
    assert shelf_of(tmp_path).versions() == ["2026-10-31.1", "2026-10-31.3", "2026-10-31.4"]


def test_readers_can_be_returned_to_an_earlier_version_and_the_next_run_is_not_confused(tmp_path):
    publish_once(tmp_path, 1)
    publish_once(tmp_path, 2)
    returned = return_to(shelf_of(tmp_path), "2026-10-31.1")
    assert (returned.version, generation(tmp_path)) == ("2026-10-31.1", "1")
    assert publish_once(tmp_path, 3).version == "2026-10-31.3"
    manifest = pl.read_parquet(shelf_of(tmp_path).pointer / "parquet" / "publish_manifest.parquet")
    assert manifest["previous_version"][0] == "2026-10-31.1"


@pytest.mark.parametrize("version", ["2026-10-30.1", "..", "../../secret", "", "current"])
def test_a_version_that_was_never_published_is_refused(tmp_path, version):
    publish_once(tmp_path)
    with pytest.raises(PublishRefused, match="there is no published version"):
        return_to(shelf_of(tmp_path), version)
    assert shelf_of(tmp_path).current == "2026-10-31.1"


@pytest.mark.parametrize("harm", ["a log beside it", "a table file gone", "a cut database"])
def test_a_damaged_version_is_refused(tmp_path, harm):
    publish_once(tmp_path, 1)
    publish_once(tmp_path, 2)
    folder = shelf_of(tmp_path).versions_folder / "2026-10-31.1"
    if harm == "a log beside it":
        (folder / "alignment.duckdb.wal").write_bytes(b"")
    elif harm == "a table file gone":
        (folder / "parquet" / "about.parquet").unlink()
    else:
        os.truncate(folder / "alignment.duckdb", 5000)
    with pytest.raises(PublishRefused):
        return_to(shelf_of(tmp_path), "2026-10-31.1")
    assert generation(tmp_path) == "2"


PUBLISH_STEPS = [name for name in BOUNDARIES if name.startswith("publish.")]


@pytest.mark.parametrize("boundary", PUBLISH_STEPS)
def test_a_kill_anywhere_in_publishing_shows_the_old_or_the_new_and_a_rerun_mends_it(
    tmp_path, boundary
):
    publish_once(tmp_path, 1)
    killed = subprocess.run(
        [sys.executable, "-m", "tests.pipelines.published_world", str(tmp_path), "2"],
        cwd=ROOT,
        env={**os.environ, "ALIGNMART_KILL_AT": boundary},
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    swapped = PUBLISH_STEPS.index(boundary) >= PUBLISH_STEPS.index("publish.pointer_swapped")
    assert generation(tmp_path) == ("2" if swapped else "1")
    again = publish_once(tmp_path, 2)
    assert generation(tmp_path) == "2"
    clean = publish_once(tmp_path / "undisturbed", 2)
    assert [t for t in again.tables if t.name != "publish_manifest"] == [
        t for t in clean.tables if t.name != "publish_manifest"
    ]
    left = [p.name for p in (tmp_path / "published").rglob(".*")]
    assert left == []


def test_a_boundary_that_does_not_exist_cannot_be_reached():
    with pytest.raises(ValueError, match="no boundary"):
        reached("publish.nowhere")


def test_a_reader_in_the_middle_of_its_work_keeps_the_version_it_opened(tmp_path):
    publish_once(tmp_path, 1, keep=1)
    path = shelf_of(tmp_path).pointer / "alignment.duckdb"
    with duckdb.connect(path.resolve(), read_only=True) as reader:
        before = reader.sql("SELECT sum(n_metrics) FROM marts.goal_triad").fetchall()
        publish_once(tmp_path, 2, keep=1)
        publish_once(tmp_path, 3, keep=1)
        assert reader.sql("SELECT sum(n_metrics) FROM marts.goal_triad").fetchall() == before
        assert reader.sql("SELECT statement FROM marts.about").fetchall() == [("1",)]
    assert generation(tmp_path) == "3"


def test_eight_readers_during_ten_publishes_see_whole_versions_that_only_move_forward(tmp_path):
    publish_once(tmp_path, 0)
    over, wrong, seen = threading.Event(), [], []

    def read() -> None:
        newest = 0
        while not over.is_set():
            try:
                found = int(generation(tmp_path))
            except Exception as error:  # noqa: BLE001 (whatever a reader meets counts)
                wrong.append(error)
                return
            if found < newest:
                wrong.append((found, newest))
            newest = found
            seen.append(found)

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for n in range(1, 11):
        publish_once(tmp_path, n, keep=20)
    over.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert len(seen) >= 8
    assert generation(tmp_path) == "10"


def test_a_copied_shelf_counts_the_same(tmp_path):
    published = publish_once(tmp_path)
    shutil.copytree(published.folder, tmp_path / "copy")
    assert count(tmp_path / "copy") == published.tables
