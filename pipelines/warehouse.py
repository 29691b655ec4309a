"""The private warehouse file: opening it, owning it, and what it says of itself.

Belongs here: connections, the lease that keeps it to one writer, states of loaded pulls.
Does not belong here: tables (`raw`), loading (`load`), publishing.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from connectors.contract import State
from pipelines import forecast_table, linkage_table, raw

WAIT_SECONDS: Final = 60
"""How long an opening waits for another process to let go of the file."""


class WarehouseBusy(Exception):
    """Another run holds the lease, or another process the file."""


@dataclass(frozen=True, slots=True)
class LoadedPull:
    """A pull whose rows are in `raw`, and where the next one begins."""

    source: str
    pull_id: str
    as_of: dt.datetime
    state: State


class Warehouse:
    """One DuckDB file with one writer."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def lease(self) -> Iterator[None]:
        """Own the warehouse until the end of the block; the lease dies with its process."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lease").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise WarehouseBusy(
                    f"another run (process {file.read().strip() or 'unknown'}) is writing "
                    f"{self.path.name}. Wait for it, or end it, then start again."
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    @contextmanager
    def connect(self, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in UTC."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = self._opened(read_only=read_only)
        try:
            connection.execute("set TimeZone = 'UTC'")
            yield connection
        finally:
            connection.close()

    def _opened(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        """Open the file; wait a while for a process that a run that died left behind."""
        for second in range(WAIT_SECONDS + 1):
            try:
                return duckdb.connect(self.path, read_only=read_only)
            except duckdb.IOException as error:
                if "lock" not in str(error).lower():
                    raise
                holder = re.search(r"PID (\d+)", str(error))
            if second < WAIT_SECONDS:
                time.sleep(1)
        raise WarehouseBusy(
            f"{self.path.name} is held by process {holder[1] if holder else 'unknown'} for more "
            f"than {WAIT_SECONDS} s: a BI tool that should read the published file, or what a run "
            "that died left behind. End it, then start again."
        )

    def ensure(self) -> None:
        """Make the tables that are missing and that dbt reads. Raises raw.LayoutError."""
        with self.connect() as connection:
            raw.ensure(connection)
            linkage_table.ensure(connection)
            forecast_table.ensure(connection)

    def states(self) -> dict[str, State]:
        """Where each source's next pull begins: the state of its last loaded pull."""
        return {entry.source: entry.state for entry in self.pulls()}

    def loaded_until(self) -> dt.datetime | None:
        """The latest as_of of any loaded pull."""
        return max((entry.as_of for entry in self.pulls()), default=None)

    def pulls(self) -> list[LoadedPull]:
        """Every pull that is loaded, oldest first; of one instant in the order of loading."""
        if not self.path.exists():
            return []
        with self.connect() as connection:
            raw.ensure(connection)
            rows = connection.execute(
                "select source, pull_id, as_of, state from raw.pulls "
                "order by as_of, length(pull_id), pull_id, source"
            ).fetchall()
        return [
            LoadedPull(s, pull_id, as_of, json.loads(state)) for s, pull_id, as_of, state in rows
        ]
