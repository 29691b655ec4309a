"""Loading: the pages of one pull become versions in `raw`, through dlt.

Belongs here: mapping and checking a pull's rows, telling new from known, one dlt package a pull,
and the count of what became of every row.
Does not belong here: pulling (`archive`), tables (`raw`), what a row means.

Whole frames go in by dlt's scd2: what changed is added, what vanished is closed. Incremental
frames are appended. A row that is known already is not written again. The rows and the state of
the next pull travel in one package, so a state is never ahead of its rows.
"""

from __future__ import annotations

import gc
import json
import logging
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, Literal

import dlt
import duckdb
import polars as pl
import xxhash
from dlt.common.schema.typing import TScd2StrategyDict, TSchemaContractDict

from connectors.contract import Connector, Read, SourceError
from connectors.edge import QUARANTINE, Conformed, conform, newest
from connectors.frames import column_types
from pipelines import raw
from pipelines.archive import Pull
from pipelines.boundaries import reached
from pipelines.warehouse import Warehouse

logging.getLogger("dlt").setLevel(logging.ERROR)  # it warns of hints that are meant
dlt.config["load.truncate_staging_dataset"] = True  # nobody's rows stay behind in raw_staging
NIGHTLY_HOURS: Final = 24.0

Status = Literal["ok", "stale", "failed"]


@dataclass(slots=True)
class FrameLoad:
    """What became of one frame's rows: pulled = loaded + unchanged + duplicate + quarantined.

    `stale`: nothing was loaded because the read cannot be right; `failed`: it could not be read.
    """

    source: str
    frame: str
    rows_pulled: int = 0
    rows_loaded: int = 0
    rows_unchanged: int = 0
    rows_duplicate: int = 0
    rows_quarantined: int = 0
    rows_deleted: int = 0
    status: Status = "ok"
    message: str = ""


@dataclass(slots=True)
class _Incoming:
    """Rows of one frame on their way in; `rows` is one row a record."""

    frame: str
    read: Read
    rows: pl.DataFrame
    quarantine: pl.DataFrame
    load: FrameLoad
    carried: pl.DataFrame | None = None
    is_complete: bool = True


def load_pull(
    warehouse: Warehouse, connector: Connector, pull: Pull, run_id: str
) -> list[FrameLoad]:
    """Load one pull. A pull that failed, or cannot be mapped, loads nothing and says so."""
    given = dict(connector.given_frames())
    warehouse.ensure()
    try:
        if pull.error is not None:
            raise SourceError(pull.error)
        incoming = _mapped(connector, given, pull)
        reached("load.mapped", pull.source)
        with warehouse.connect(read_only=True) as connection:
            for one in incoming:
                _compare(connection, one)
        reached("load.compared", pull.source)
        _write(warehouse, pull, incoming)
        loads = [one.load for one in incoming]
    except SourceError as error:
        loads = [FrameLoad(pull.source, f, status="failed", message=str(error)) for f in given]
    reached("load.written", pull.source)
    _record(warehouse, pull, run_id, loads)
    return loads


def _mapped(connector: Connector, given: Mapping[str, Read], pull: Pull) -> list[_Incoming]:
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
) -> _Incoming:
    parts = [batch.rows for batch in batches]
    together = pl.concat(parts) if parts else conform(frame, pull.source, pl.DataFrame()).rows
    rows = newest(together)
    aside = (
        pl.concat([b.quarantine for b in batches]) if batches else pl.DataFrame(schema=QUARANTINE)
    )
    load = FrameLoad(
        pull.source,
        frame,
        rows_pulled=sum(batch.n_pulled for batch in batches),
        rows_duplicate=sum(b.n_duplicate for b in batches) + together.height - rows.height,
        rows_quarantined=aside.height,
        message="; ".join(_remarks(batches, pull.incomplete.get(frame))),
    )
    if error is not None:
        load = FrameLoad(pull.source, frame, status="failed", message=error)
    return _Incoming(frame, read, rows, aside, load, is_complete=frame not in pull.incomplete)


def _remarks(batches: list[Conformed], incomplete: str | None) -> Iterator[str]:
    drift: dict[str, int] = {}
    for batch in batches:
        for column, n_values in batch.unknown.items():
            drift[column] = drift.get(column, 0) + n_values
    if drift:
        listed = ", ".join(f"{column} ({n} values)" for column, n in sorted(drift.items()))
        yield f"columns not known to the frame were left out: {listed}"
    if incomplete:
        yield f"not everything could be read: {incomplete}"


def _compare(connection: duckdb.DuckDBPyConnection, one: _Incoming) -> None:
    """Count what is known already; leave only what is new in an incremental frame."""
    connection.register("incoming", one.rows.select("record_key", "row_hash").to_arrow())
    connection.register("aside", one.quarantine.select("record_key").to_arrow())
    standing = f'raw."{one.frame}" as r where r.source = $source and r.gone_at is null'
    source = {"source": one.load.source}
    known = _frame(
        connection,
        "select distinct i.row_hash from incoming as i where exists "
        f"(select 1 from {standing} and r.row_hash = i.row_hash)",
        source,
    )["row_hash"]
    if one.load.status != "ok":
        return
    one.load.rows_unchanged = len(known)
    one.load.rows_loaded = one.rows.height - len(known)
    if one.read == "incremental":
        one.rows = one.rows.filter(~pl.col("row_hash").is_in(known.implode()))
        return
    n_standing = _frame(connection, f"select count(*) as n from {standing}", source)["n"][0]
    if one.rows.is_empty() and n_standing > 0:
        one.load.status = "stale"
        one.load.message = (
            f"came without one good row, {n_standing} rows are known: not believed, the last good "
            "rows stay. If it is true, take this frame out of the source."
        )
    elif one.is_complete:
        one.load.rows_deleted = _frame(
            connection,
            f"select count(*) as n from {standing} and r.record_key not in (select record_key from "
            "incoming) and r.record_key not in (select record_key from aside where record_key is "
            "not null)",
            source,
        )["n"][0]
        one.carried = _frame(
            connection,
            f"select r.* from {standing} and r.record_key in (select record_key from aside) and "
            "r.record_key not in (select record_key from incoming)",
            source,
        )


def _frame(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, str]
) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(connection.sql(query, params=parameters).to_arrow_table()))


def _write(warehouse: Warehouse, pull: Pull, incoming: list[_Incoming]) -> None:
    """One dlt package: the rows of all frames, the quarantine and the pull's state."""
    folder = Path(mkdtemp(prefix=".dlt-", dir=warehouse.path.parent))
    resources = [_resource(pull, one) for one in incoming if _has_news(one)]
    resources += _own_resources(warehouse, pull, incoming)
    pipeline = dlt.pipeline(
        pipeline_name="alignmart",
        pipelines_dir=str(folder),
        destination=dlt.destinations.duckdb(str(warehouse.path)),
        dataset_name="raw",
    )
    pipeline.config.restore_from_destination = False
    try:
        pipeline.extract(dlt.source(lambda: resources, name="alignmart", section=pull.source)())
        pipeline.normalize()
        reached("load.normalized", pull.source)
        pipeline.load(raise_on_failed_jobs=True)
    except Exception as error:
        kept = warehouse.path.parent / "quarantine" / f"{pull.source}-{pull.pull_id}"
        shutil.copytree(folder, kept, dirs_exist_ok=True)
        raise SourceError(
            f"{pull.source}: its rows could not be loaded: {error}. The package is kept in "
            f"{kept.name} under quarantine; the last good data stays."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _has_news(one: _Incoming) -> bool:
    return one.load.status == "ok" and not one.rows.is_empty()


def _resource(pull: Pull, one: _Incoming) -> Any:
    rows = _stored(pull, one)
    contract: TSchemaContractDict = {"columns": "freeze", "data_type": "freeze"}
    if one.read == "incremental":
        rows = rows.with_columns(
            as_of=pl.lit(pull.as_of, dtype=raw.BOOKKEEPING["as_of"]),
            gone_at=pl.lit(None, dtype=raw.BOOKKEEPING["gone_at"]),
        )
        return dlt.resource(
            [rows.to_arrow()], name=one.frame, write_disposition="append", schema_contract=contract
        )
    versions: TScd2StrategyDict = {
        "disposition": "merge",
        "strategy": "scd2",
        "validity_column_names": ["as_of", "gone_at"],
        "row_version_column_name": "row_hash",
        "boundary_timestamp": pull.as_of,
    }
    return dlt.resource(
        [rows.to_arrow()],
        name=one.frame,
        write_disposition=versions,
        merge_key="source" if one.is_complete else "record_key",
        schema_contract=contract,
    )


def _stored(pull: Pull, one: _Incoming) -> pl.DataFrame:
    """Rows as the raw table holds them, but for the validity columns."""
    columns = [*column_types(one.frame), *list(raw.BOOKKEEPING)[:5]]
    rows = one.rows.with_columns(load_id=pl.lit(pull.pull_id), page_ref=_page_ref(pull)).select(
        columns
    )
    if one.carried is None or one.carried.is_empty():
        return rows
    return pl.concat([rows, one.carried.select(columns).cast(rows.schema)])


def _page_ref(pull: Pull) -> pl.Expr:
    """`source/pull/page` and, where known, `:line`: enough to find the page in the archive."""
    page = pl.format(f"{pull.source}/{pull.pull_id}/{{}}", pl.col("page").cast(pl.String))
    line = pl.format(":{}", pl.col("line").cast(pl.String)).fill_null("")
    return pl.concat_str([page, line])


def _own_resources(warehouse: Warehouse, pull: Pull, incoming: list[_Incoming]) -> list[Any]:
    state = pl.DataFrame(
        {
            "source": [pull.source],
            "pull_id": [pull.pull_id],
            "as_of": [pull.as_of],
            "state": [json.dumps(pull.state, sort_keys=True)],
        },
        schema=raw.OWN_TABLES["pulls"],
    )
    resources = [dlt.resource([state.to_arrow()], name="pulls", write_disposition="append")]
    aside = _new_in_quarantine(warehouse, pull, [one.quarantine for one in incoming])
    if aside.height:
        resources.append(
            dlt.resource([aside.to_arrow()], name="quarantine", write_disposition="append")
        )
    return resources


def _new_in_quarantine(warehouse: Warehouse, pull: Pull, parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Rows set aside that are not in `raw.quarantine` yet; a row bad every night stands once."""
    aside = pl.concat(parts) if parts else pl.DataFrame(schema=QUARANTINE)
    texts = aside.select(
        pl.concat_str(
            [pl.lit(pull.source), *map(pl.col, ("frame", "record_key", "reason", "payload"))],
            separator="\x1f",
            ignore_nulls=True,
        )
    ).to_series()
    rows = aside.with_columns(
        source=pl.lit(pull.source),
        page_ref=_page_ref(pull),
        as_of=pl.lit(pull.as_of, dtype=raw.BOOKKEEPING["as_of"]),
        load_id=pl.lit(pull.pull_id),
        row_hash=pl.Series([xxhash.xxh3_128_hexdigest(t.encode()) for t in texts], dtype=pl.String),
    )
    with warehouse.connect(read_only=True) as connection:
        known = _frame(
            connection,
            "select row_hash from raw.quarantine where source = $source",
            {"source": pull.source},
        )["row_hash"]
    new = rows.filter(~pl.col("row_hash").is_in(known.implode())).unique(
        "row_hash", keep="first", maintain_order=True
    )
    return new.select(*raw.OWN_TABLES["quarantine"])


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
