"""Loading: the pages of one pull become versions in `raw`, through dlt.

Belongs here: mapping and checking a pull's rows, telling new from known, and the count of what
became of every row. A row that is known already is not written again.
Does not belong here: pulling (`archive`), tables (`raw`), how rows are written (`package`), what
a row means.
"""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from typing import Final

import duckdb
import polars as pl

from connectors.contract import Connector, Read, SourceError
from connectors.edge import QUARANTINE, Conformed, conform, newest
from pipelines import raw
from pipelines.archive import Pull, unforeseen
from pipelines.boundaries import reached
from pipelines.package import FrameLoad, Incoming, query, write
from pipelines.warehouse import Warehouse

NIGHTLY_HOURS: Final = 24.0


def load_pull(
    warehouse: Warehouse, connector: Connector, pull: Pull, run_id: str
) -> list[FrameLoad]:
    """Load one pull. A pull that failed, or cannot be mapped, loads nothing and says so."""
    given = dict(connector.given_frames())
    warehouse.ensure()
    try:
        if pull.error is not None:
            raise SourceError(pull.error)
        incoming = _mapped_safely(connector, given, pull)
        reached("load.mapped", pull.source)
        with warehouse.connect(read_only=True) as connection:
            for one in incoming:
                _compare(connection, one, pull.as_of)
            before = _written(connection, pull, incoming)
        reached("load.compared", pull.source)
        write(warehouse, pull, incoming)
        with warehouse.connect(read_only=True) as connection:
            after = _written(connection, pull, incoming)
        for one in incoming:
            one.load.rows_loaded = after[one.frame] - before[one.frame]
        loads = [one.load for one in incoming]
    except SourceError as error:
        loads = [FrameLoad(pull.source, f, status="failed", message=str(error)) for f in given]
    reached("load.written", pull.source)
    _record(warehouse, pull, run_id, loads)
    return loads


def _mapped_safely(connector: Connector, given: Mapping[str, Read], pull: Pull) -> list[Incoming]:
    """A fault of the connector's own is the source's failure, not the night's."""
    try:
        return _mapped(connector, given, pull)
    except SourceError:
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        raise SourceError(unforeseen(connector, error)) from error


def _mapped(connector: Connector, given: Mapping[str, Read], pull: Pull) -> list[Incoming]:
    """Map and check every page; rows of a frame that came in several batches are one.

    A batch is checked in a thread of its own while the next one is mapped.
    """
    checked: dict[str, list[Future[Conformed]]] = {frame: [] for frame in given}
    errors: dict[str, str] = {}
    with _no_cycle_search(), ThreadPoolExecutor(max_workers=1) as beside:
        for frame, rows in connector.map(pull.pages()):
            if isinstance(rows, SourceError):
                errors[frame] = str(rows)
            else:
                batch = beside.submit(conform, frame, pull.source, rows)
                checked.setdefault(frame, []).append(batch)
    batches = {frame: [batch.result() for batch in found] for frame, found in checked.items()}
    return [
        _incoming(pull, frame, connector.frames[frame], found, errors.get(frame))
        for frame, found in batches.items()
    ]


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """Parsed JSON holds no cycles; looking for them doubles the time of a large pull."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _incoming(
    pull: Pull, frame: str, read: Read, batches: list[Conformed], error: str | None
) -> Incoming:
    parts = [batch.rows for batch in batches]
    together = pl.concat(parts) if parts else conform(frame, pull.source, pl.DataFrame()).rows
    rows = newest(together)
    aside = (
        pl.concat([b.quarantine for b in batches]) if batches else pl.DataFrame(schema=QUARANTINE)
    )
    drift = _drift(batches)
    load = FrameLoad(
        pull.source,
        frame,
        rows_pulled=sum(batch.n_pulled for batch in batches),
        rows_duplicate=sum(b.n_duplicate for b in batches) + together.height - rows.height,
        rows_quarantined=aside.height,
        message="; ".join(_remarks(pull, frame, drift)),
        unknown_columns=", ".join(f"{column} ({n})" for column, n in drift.items()),
    )
    if error is not None:
        load = FrameLoad(pull.source, frame, status="failed", message=error)
    return Incoming(frame, read, rows, aside, load, is_complete=frame not in pull.incomplete)


def _drift(batches: list[Conformed]) -> dict[str, int]:
    """Columns that the frame does not know, with the number of values in them."""
    drift: dict[str, int] = {}
    for batch in batches:
        for column, n_values in batch.unknown.items():
            drift[column] = drift.get(column, 0) + n_values
    return dict(sorted(drift.items()))


def _remarks(pull: Pull, frame: str, drift: dict[str, int]) -> Iterator[str]:
    """For everybody: a column's name may be anything, so only their number is said here."""
    if frame in pull.progress:
        yield pull.progress[frame]
    if drift:
        yield f"{len(drift)} columns are not known to the frame and were left out"
    if frame in pull.incomplete:
        yield f"not everything could be read: {pull.incomplete[frame]}"


def _compare(connection: duckdb.DuckDBPyConnection, one: Incoming, as_of: dt.datetime) -> None:
    """Count what is known already; leave only what is new in an incremental frame."""
    if one.load.status != "ok":
        return
    connection.register("incoming", one.rows.select("record_key", "row_hash").to_arrow())
    connection.register("aside", one.quarantine.select("record_key").to_arrow())
    standing = f'raw."{one.frame}" as r where r.source = $source and r.gone_at is null'
    source = {"source": one.load.source}
    known = query(
        connection,
        "select distinct i.row_hash from incoming as i where exists "
        f"(select 1 from {standing} and r.row_hash = i.row_hash)",
        source,
    )["row_hash"]
    one.load.rows_unchanged = len(known)
    if one.read == "incremental":
        one.rows = one.rows.filter(~pl.col("row_hash").is_in(known.implode()))
        return
    n_standing = query(connection, f"select count(*) as n from {standing}", source)["n"][0]
    if one.rows.is_empty() and n_standing > 0:
        _disbelieve(one, f"came without one good row, {n_standing} rows are known")
    elif one.is_complete:
        one.carried = query(
            connection,
            f"select r.* from {standing} and r.record_key in (select record_key from aside) and "
            "r.record_key not in (select record_key from incoming)",
            source,
        )
        n_gone = query(
            connection,
            f"select count(*) as n from {standing} and r.record_key not in (select record_key from "
            "incoming) and r.record_key not in (select record_key from aside where record_key is "
            "not null)",
            source,
        )["n"][0]
        if _is_landslide(n_gone, n_standing) and not _was_disbelieved(connection, one, as_of):
            _disbelieve(one, f"lacks {n_gone} of the {n_standing} rows that are known")
        else:
            one.load.rows_deleted = n_gone


def _written(
    connection: duckdb.DuckDBPyConnection, pull: Pull, incoming: list[Incoming]
) -> dict[str, int]:
    """By frame: the rows of this pull that the warehouse holds. What is loaded is counted there,
    so that a row which is lost on the way is missed."""
    return {
        one.frame: query(
            connection,
            f'select count(*) as n from raw."{one.frame}" as r '
            "where r.source = $source and r.load_id = $pull",
            {"source": pull.source, "pull": pull.pull_id},
        )["n"][0]
        for one in incoming
    }


LANDSLIDE_FROM: Final = 20
"""Rows from which a loss of more than half in one night is looked at twice."""


def _is_landslide(n_gone: int, n_standing: int) -> bool:
    return n_standing >= LANDSLIDE_FROM and n_gone * 2 > n_standing


def _disbelieve(one: Incoming, what: str) -> None:
    """Load nothing of a read that is more likely cut short than true."""
    one.load.status = "stale"
    one.load.message = (
        f"{what}: not believed tonight, the last good rows stay. A frame that lost more than half "
        "of its rows is believed when a later night says the same; one that is empty never is: "
        "take it out of the source if it is meant."
    )


def _was_disbelieved(
    connection: duckdb.DuckDBPyConnection, one: Incoming, as_of: dt.datetime
) -> bool:
    """Whether the night before this one did not believe the frame either."""
    before = query(
        connection,
        "select status from raw.frame_loads where source = $source and frame = $frame "
        "and as_of < $as_of order by as_of desc, length(pull_id) desc, pull_id desc limit 1",
        {"source": one.load.source, "frame": one.frame, "as_of": as_of},
    )["status"].to_list()
    return before == ["stale"]


def _record(warehouse: Warehouse, pull: Pull, run_id: str, loads: list[FrameLoad]) -> None:
    """The counts of this run, replacing those of an earlier attempt of the same run."""
    pulled_at = pull.as_of if pull.error is None else None
    rows = [
        asdict(load)
        | {
            "run_id": run_id,
            "pull_id": pull.pull_id,
            "pulled_at": pulled_at,
            "as_of": pull.as_of,
            "cadence_hours": NIGHTLY_HOURS,
        }
        for load in loads
    ]
    table = pl.DataFrame(rows, schema=raw.OWN_TABLES["frame_loads"]).to_arrow()
    with warehouse.connect() as connection:
        connection.register("recorded", table)
        connection.execute("begin")
        connection.execute(
            "delete from raw.frame_loads where run_id = $run_id and source = $source",
            {"run_id": run_id, "source": pull.source},
        )
        connection.execute("insert into raw.frame_loads by name select * from recorded")
        connection.execute("commit")
