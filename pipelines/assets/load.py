"""The load steps: one a source, each after the other, from archived pages into `raw`.

Belongs here: one asset and two checks a frame. `loaded` says whether the source gave the frame
tonight, and stops nothing; `balance` says that every row pulled went somewhere, and where it
fails nothing is built or published from this run, for a row was lost on the way.
Does not belong here: how rows are validated, written and counted (`pipelines.load`).
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
        check_specs=[spec for frame in frames for spec in _checks(source, frame)],
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
        wanted = [f for f in frames if raw_key(source, f) in context.selected_asset_keys]
        for frame in wanted:
            yield _result(source, frame, by_frame.get(frame))
        _refuse_lost_rows(by_frame[frame] for frame in wanted if frame in by_frame)

    return load


def _checks(source: str, frame: str) -> Iterator[dg.AssetCheckSpec]:
    key = raw_key(source, frame)
    yield dg.AssetCheckSpec("loaded", asset=key, description="Read and loaded this run.")
    yield dg.AssetCheckSpec(
        "balance",
        asset=key,
        blocking=True,
        description="Every row pulled is new, known, a duplicate or set aside.",
    )


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


def imbalance(load: FrameLoad) -> str | None:
    """What does not add up, in words, or None. A frame that was not believed or could not be read
    loads nothing, and is judged by the check `loaded`."""
    loaded, unchanged = load.rows_loaded, load.rows_unchanged
    duplicate, quarantined = load.rows_duplicate, load.rows_quarantined
    found = loaded + unchanged + duplicate + quarantined
    if load.status != "ok" or load.rows_pulled == found:
        return None
    return (
        f"{load.source}.{load.frame}: {load.rows_pulled} rows were pulled, but {loaded} loaded + "
        f"{unchanged} unchanged + {duplicate} duplicate + {quarantined} set aside are {found}. "
        "Rows were lost or doubled on the way, so nothing is built from this run. Replay the "
        "archived pages (`alignmart replay`); if it stays, report it: the fault is alignmart's."
    )


def _refuse_lost_rows(loads: Iterable[FrameLoad]) -> None:
    """Fail the step, without another try: what is counted is in the warehouse already."""
    said = [words for load in loads if (words := imbalance(load)) is not None]
    if said:
        raise dg.Failure(" ".join(said), allow_retries=False)


def _result(source: str, frame: str, load: FrameLoad | None) -> dg.MaterializeResult[None]:
    metadata = {} if load is None else asdict(load)
    lost = None if load is None else imbalance(load)
    loaded = dg.AssetCheckResult(
        check_name="loaded",
        asset_key=raw_key(source, frame),
        passed=load is None or load.status == "ok",
        description=load.message if load and load.message else None,
        metadata=metadata,
    )
    balance = dg.AssetCheckResult(
        check_name="balance",
        asset_key=raw_key(source, frame),
        passed=lost is None,
        description=lost,
        metadata=metadata,
    )
    return dg.MaterializeResult(
        asset_key=raw_key(source, frame), metadata=metadata, check_results=[loaded, balance]
    )
