"""A whole night of a tiny sample company, seen from outside."""

from __future__ import annotations

import subprocess
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.pipelines.terminal import TINY, alignmart


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """One whole night of a tiny sample company."""
    folder = tmp_path_factory.mktemp("night")
    (folder / "alignmart.yaml").write_text(TINY)
    return folder, alignmart(folder, "nightly")


def test_a_night_ends_with_a_summary_that_a_person_reads(night):
    folder, answer = night
    assert answer.returncode == 0, answer.stdout + answer.stderr
    for source in ("calendar", "declared", "goals", "hr", "jira"):
        assert f"pull: {source}, " in answer.stderr
        assert f"\n  {source} " in answer.stdout
    assert " passed, 0 failed" in answer.stdout
    assert "Broken chains with most effort" in answer.stdout
    assert "Published 2026-10-31.1" in answer.stdout
    assert str(folder / "published" / "current" / "alignment.duckdb") in answer.stdout
    assert "Traceback" not in answer.stdout + answer.stderr


def test_every_published_table_has_rows_and_every_column_a_comment(night):
    folder, _ = night
    path = folder / "published" / "current" / "alignment.duckdb"
    with duckdb.connect(path, read_only=True) as connection:
        empty = connection.sql(
            "SELECT table_name FROM marts.publish_manifest WHERE n_rows = 0"
        ).fetchall()
        silent = connection.sql(
            "SELECT table_name, column_name FROM duckdb_columns() "
            "WHERE schema_name = 'marts' AND coalesce(comment, '') = ''"
        ).fetchall()
    assert (empty, silent) == ([], [])


def test_status_and_a_second_run_start_from_what_was_published(night):
    folder, _ = night
    status = alignmart(folder, "status")
    assert status.returncode == 0
    assert "2026-10-31.1" in status.stdout
    again = alignmart(folder, "nightly")
    assert again.returncode == 0, again.stdout + again.stderr
    tables = [
        dict(
            pl.read_parquet(folder / "published/versions" / v / "parquet/publish_manifest.parquet")
            .select("table_name", "checksum")
            .rows()
        )
        for v in ("2026-10-31.1", "2026-10-31.2")
    ]
    changed = {name for name in tables[0] if tables[0][name] != tables[1].get(name)}
    assert changed == {"data_trust"}


def test_no_secret_is_left_where_a_run_writes(night):
    folder, _ = night
    token = (folder / "data" / "sample" / "jira_token").read_bytes()
    assert len(token) > 20
    holding = [
        path
        for path in [*(folder / "data").rglob("*"), *(folder / "published").rglob("*")]
        if path.is_file() and path.name != "jira_token" and token in path.read_bytes()
    ]
    assert holding == []


def test_a_replay_of_what_the_archive_does_not_hold_is_refused_and_changes_nothing(night):
    folder, _ = night
    before = (folder / "data" / "warehouse.duckdb").read_bytes()
    answer = alignmart(folder, "replay", "--since", "2026-11-01")
    assert answer.returncode == 1
    assert "the archive holds no pull of 2026-11-01 or later" in answer.stderr
    assert (folder / "data" / "warehouse.duckdb").read_bytes() == before
