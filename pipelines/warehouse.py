"""The private warehouse file: opening it, owning it, and what it says of itself.

Belongs here: connections, the lease that keeps it to one writer, states of loaded pulls.
Does not belong here: tables (`raw`), loading (`load`), publishing.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from connectors.contract import State
from pipelines import raw


class WarehouseBusy(Exception):
    """Another run holds the lease."""


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
        connection = duckdb.connect(self.path, read_only=read_only)
        try:
            connection.execute("set TimeZone = 'UTC'")
            yield connection
        finally:
            connection.close()

    def ensure(self) -> None:
        """Make the raw tables that are missing. Raises raw.LayoutError."""
        with self.connect() as connection:
            raw.ensure(connection)

    def states(self) -> dict[str, State]:
        """Where each source's next pull begins: the state of its last loaded pull."""
        return {source: json.loads(state) for source, _, state in self._last_pulls()}

    def loaded_until(self) -> dt.datetime | None:
        """The latest as_of of any loaded pull."""
        return max((as_of for _, as_of, _ in self._last_pulls()), default=None)

    def _last_pulls(self) -> list[tuple[str, dt.datetime, str]]:
        if not self.path.exists():
            return []
        with self.connect() as connection:
            raw.ensure(connection)
            return connection.execute(
                "select source, as_of, state from (select *, row_number() over ("
                "partition by source order by as_of desc, length(pull_id) desc, pull_id desc"
                ") as nth from raw.pulls) where nth = 1 order by source"
            ).fetchall()
