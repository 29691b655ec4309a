"""Replay: archived pulls mapped and loaded again, with the mapping of today, without a new pull.

Belongs here: taking the warehouse back to a date and loading the archived nights in their order.
Does not belong here: how a pull is loaded (`load`), building the marts again (run the night).

The work is done on a copy of the file, which replaces the warehouse when all is loaded: a replay
that is cut short changes nothing.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from connectors.contract import Connector
from connectors.frames import FRAMES
from pipelines.archive import Archive, Pull
from pipelines.load import load_pull
from pipelines.package import FrameLoad
from pipelines.warehouse import Warehouse


class ReplayRefused(Exception):
    """The archive does not hold what a replay would need."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """The pulls loaded again, oldest first, and what became of their rows."""

    pulls: list[Pull]
    loads: list[FrameLoad]


def replay(
    warehouse: Warehouse,
    archive: Archive,
    connectors: Mapping[str, Connector],
    since: dt.date,
    run_id: str,
) -> Replayed:
    """Load the archived pulls of `since` and later again. Raises ReplayRefused."""
    begin = dt.datetime.combine(since, dt.time.min, tzinfo=dt.UTC)
    pulls = [p for p in archive.pulls(begin) if p.source in connectors and p.error is None]
    if not pulls:
        raise ReplayRefused(f"the archive holds no pull of {since} or later. Pull again.")
    _refuse_gaps(warehouse, begin, pulls, set(connectors))
    copy = Warehouse(warehouse.path.with_suffix(".replay.duckdb"))
    copy.path.unlink(missing_ok=True)
    if warehouse.path.exists():
        with warehouse.connect() as connection:
            connection.execute("checkpoint")
        shutil.copyfile(warehouse.path, copy.path)
    copy.ensure()
    with copy.connect() as connection:
        _take_back(connection, begin, sorted(connectors))
    loads = []
    for pull in pulls:
        loads += load_pull(copy, connectors[pull.source], pull, f"{run_id}:{pull.pull_id}")
    with copy.connect() as connection:
        connection.execute("checkpoint")
    copy.path.replace(warehouse.path)
    return Replayed(pulls, loads)


def _refuse_gaps(
    warehouse: Warehouse, begin: dt.datetime, pulls: list[Pull], sources: set[str]
) -> None:
    """Every loaded pull that would be taken back must be archived, and the first must fit on."""
    loaded = [entry for entry in warehouse.pulls() if entry.source in sources]
    archived = {(pull.source, pull.pull_id) for pull in pulls}
    missing = [e for e in loaded if e.as_of >= begin and (e.source, e.pull_id) not in archived]
    if missing:
        raise ReplayRefused(
            f"{len(missing)} loaded pulls are no longer in the archive, first {missing[0].source}/"
            f"{missing[0].pull_id}. Replay from a later date (archive.keep_days says how far it "
            "reaches), or pull again."
        )
    states = {entry.source: entry.state for entry in loaded if entry.as_of < begin}
    first = {pull.source: pull for pull in reversed(pulls)}
    for source, pull in sorted(first.items()):
        if pull.began and pull.began != states.get(source):
            raise ReplayRefused(
                f"{source}: the archive's pull {pull.pull_id} goes on from an earlier one that is "
                "not loaded, so what lies before it would be missing. Replay from an earlier date, "
                "or pull again."
            )


def _take_back(
    connection: duckdb.DuckDBPyConnection, begin: dt.datetime, sources: list[str]
) -> None:
    """The raw tables as they were before `begin`, for these sources."""
    given = {"begin": begin, "sources": sources}
    connection.execute("begin")
    for table in [*FRAMES, "quarantine", "pulls", "frame_loads"]:
        connection.execute(
            f'delete from raw."{table}" '
            "where as_of >= $begin and source in (select unnest($sources))",
            given,
        )
    for frame in FRAMES:
        connection.execute(
            f'update raw."{frame}" set gone_at = null '
            "where gone_at >= $begin and source in (select unnest($sources))",
            given,
        )
    connection.execute("commit")
