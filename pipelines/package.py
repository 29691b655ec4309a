"""The package: the rows of one pull on their way into `raw`, written by dlt in one go.

Belongs here: what a frame's rows look like on the way, dlt's write dispositions, the quarantine
and the state that travel along. Does not belong here: which rows are new (`load`), what the
tables are (`raw`).

Whole frames go in by dlt's scd2: what changed is added, what vanished is closed. Incremental
frames are appended. The rows and the state of the next pull travel in one package, so a state is
never ahead of its rows.
"""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Literal

import dlt
import duckdb
import polars as pl
import xxhash
from dlt.common.schema.typing import TScd2StrategyDict, TSchemaContractDict

from connectors.contract import Read, SourceError
from connectors.edge import QUARANTINE
from connectors.frames import column_types
from pipelines import raw
from pipelines.archive import Pull
from pipelines.boundaries import reached
from pipelines.warehouse import Warehouse

logging.getLogger("dlt").setLevel(logging.ERROR)  # it warns of hints that are meant
dlt.config["load.truncate_staging_dataset"] = True  # nobody's rows stay behind in raw_staging

Status = Literal["ok", "stale", "failed"]


@dataclass(slots=True)
class FrameLoad:
    """What became of one frame's rows: pulled = loaded + unchanged + duplicate + quarantined.

    `stale`: nothing was loaded because the read cannot be right; `failed`: it could not be read.
    `message` is published; `unknown_columns`, names that the file or system chose, is not.
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
    unknown_columns: str = ""


@dataclass(slots=True)
class Incoming:
    """Rows of one frame on their way in; `rows` is one row a record."""

    frame: str
    read: Read
    rows: pl.DataFrame
    quarantine: pl.DataFrame
    load: FrameLoad
    carried: pl.DataFrame | None = None
    is_complete: bool = True


def write(warehouse: Warehouse, pull: Pull, incoming: list[Incoming]) -> None:
    """One dlt package: the rows of all frames, the quarantine and the pull's state.

    Raises SourceError where dlt cannot load it; the package is then kept under `quarantine/`.
    """
    for left in warehouse.path.parent.glob(".dlt-*"):  # by a run that was killed: we hold the lease
        shutil.rmtree(left)
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


def _has_news(one: Incoming) -> bool:
    return one.load.status == "ok" and not one.rows.is_empty()


def _resource(pull: Pull, one: Incoming) -> Any:
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


def _stored(pull: Pull, one: Incoming) -> pl.DataFrame:
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


def _own_resources(warehouse: Warehouse, pull: Pull, incoming: list[Incoming]) -> list[Any]:
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
    aside = pl.concat(parts, rechunk=True) if parts else pl.DataFrame(schema=QUARANTINE)
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
        known = query(
            connection,
            "select row_hash from raw.quarantine where source = $source",
            {"source": pull.source},
        )["row_hash"]
    new = rows.filter(~pl.col("row_hash").is_in(known.implode())).unique(
        "row_hash", keep="first", maintain_order=True
    )
    return new.select(*raw.OWN_TABLES["quarantine"])


def query(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]
) -> pl.DataFrame:
    """Rows of a query; `parameters` by name."""
    return pl.DataFrame(pl.from_arrow(connection.sql(query, params=parameters).to_arrow_table()))
