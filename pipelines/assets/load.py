"""The load steps: one a source, each after the other, from archived pages into `raw`.

Belongs here: one asset and one check a frame. Does not belong here: how rows are validated and
written (`pipelines.load`).
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace

import dagster as dg

from pipelines.archive import Pull
from pipelines.assets.pull import archive_key
from pipelines.assets.retries import TRIES_AGAIN
from pipelines.boundaries import reached
from pipelines.load import load_pull
from pipelines.night import Night
from pipelines.package import FrameLoad

log = logging.getLogger("alignmart")


def raw_key(source: str, frame: str) -> dg.AssetKey:
    """The asset that holds a source's versions of a frame."""
    return dg.AssetKey(["raw", source, frame])


def build_load(source: str, frames: Iterable[str]) -> dg.AssetsDefinition:
    """The step that loads one source; what cannot be loaded leaves the last good data."""
    frames = sorted(frames)

    @dg.multi_asset(
        name=f"load_{source}",
        specs=[
            dg.AssetSpec(
                raw_key(source, frame),
                deps=[archive_key(source)],
                description=f"Versions of {frame} from {source}.",
                group_name="raw",
            )
            for frame in frames
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "balance",
                asset=raw_key(source, frame),
                description="Loaded: every row pulled is new, known, a duplicate or set aside.",
            )
            for frame in frames
        ],
        can_subset=True,
        retry_policy=TRIES_AGAIN,
        required_resource_keys={"night"},
    )
    def load(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        night: Night = context.resources.night
        pull = _pull_to_load(night, source)
        if pull is not None:
            reached("load.begin", source)
            night.loaded[source] = _loaded(context, night, pull)
            reached("load.end", source)
        by_frame = {load.frame: load for load in night.loaded.get(source, [])}
        for frame in frames:
            if raw_key(source, frame) in context.selected_asset_keys:
                yield _result(source, frame, by_frame.get(frame))

    return load


def _pull_to_load(night: Night, source: str) -> Pull | None:
    """This run's pull; where the step is run alone, the newest in the archive."""
    if night.clock.no_pull is not None:
        return None
    return night.pulled.get(source) or night.archive.latest(source)


def _loaded(context: dg.AssetExecutionContext, night: Night, pull: Pull) -> list[FrameLoad]:
    """Load; on the last try, record a failure of our own as the source's failure."""
    connector = night.connectors[pull.source]
    try:
        loads = load_pull(night.warehouse, connector, pull, night.run_id)
    except Exception as error:
        if context.retry_number < TRIES_AGAIN.max_retries:
            raise
        log.exception("load: %s failed", pull.source)
        failed = replace(pull, error=f"its pages could not be loaded: {error}")
        return load_pull(night.warehouse, connector, failed, night.run_id)
    for load in loads:
        if load.status != "ok":
            log.error("load: %s.%s %s: %s", load.source, load.frame, load.status, load.message)
        elif load.rows_pulled:
            log.info("load: %s.%s, %d rows", load.source, load.frame, load.rows_pulled)
    return loads


def is_balanced(load: FrameLoad) -> bool:
    """Whether the frame was loaded and every pulled row went somewhere."""
    return load.status == "ok" and load.rows_pulled == (
        load.rows_loaded + load.rows_unchanged + load.rows_duplicate + load.rows_quarantined
    )


def _result(source: str, frame: str, load: FrameLoad | None) -> dg.MaterializeResult[None]:
    metadata = {} if load is None else asdict(load)
    check = dg.AssetCheckResult(
        check_name="balance",
        asset_key=raw_key(source, frame),
        passed=load is None or is_balanced(load),
        metadata=metadata,
    )
    return dg.MaterializeResult(
        asset_key=raw_key(source, frame), metadata=metadata, check_results=[check]
    )
