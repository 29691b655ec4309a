"""One writer: a second run is told who writes, and a straggler's lock is waited for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import warehouse
from pipelines.warehouse import Warehouse, WarehouseBusy

HOLDER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""


def holding(path: Path) -> subprocess.Popen[str]:
    """A process that has the file open for writing until it is told to go on."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline().strip() == "held"
    return process


def test_a_second_run_is_told_which_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with (
        Warehouse(path).lease(),
        pytest.raises(WarehouseBusy, match=f"process {os.getpid()}"),
        Warehouse(path).lease(),
    ):
        pass
    with Warehouse(path).lease():
        pass


def test_a_straggler_is_named_when_it_does_not_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse, "WAIT_SECONDS", 0)
    path = tmp_path / "warehouse.duckdb"
    straggler = holding(path)
    with pytest.raises(WarehouseBusy, match=f"process {straggler.pid}"), Warehouse(path).connect():
        pass
    straggler.communicate("go\n")


def test_a_straggler_that_ends_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "warehouse.duckdb"
    straggler = holding(path)
    monkeypatch.setattr(warehouse.time, "sleep", lambda _: straggler.communicate("go\n"))
    with Warehouse(path).connect() as connection:
        assert connection.sql("select 1").fetchall() == [(1,)]
