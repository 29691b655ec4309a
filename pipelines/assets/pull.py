"""The pull step: every source at once, each in its thread, into the page archive.

Belongs here: one asset and one check a source. Does not belong here: databases; the states that
a pull starts from are read before the first thread begins.
"""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import dagster as dg

from connectors.contract import Connector
from pipelines import sample, systems
from pipelines.archive import Pull
from pipelines.assets.retries import TRIES_AGAIN
from pipelines.boundaries import reached
from pipelines.night import Night

log = logging.getLogger("alignmart")


def archive_key(source: str) -> dg.AssetKey:
    """The asset that holds a source's raw pages."""
    return dg.AssetKey(["archive", source])


def build_pull(sources: Iterable[str]) -> dg.AssetsDefinition:
    """The step that pulls all sources; a source that fails leaves its last good data."""
    sources = sorted(sources)

    @dg.multi_asset(
        name="pull",
        specs=[
            dg.AssetSpec(
                archive_key(source),
                description=f"Raw pages of {source}, as they came.",
                group_name="archive",
            )
            for source in sources
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "pulled", asset=archive_key(source), description=f"{source} answered this run."
            )
            for source in sources
        ],
        can_subset=True,
        retry_policy=TRIES_AGAIN,
        required_resource_keys={"night"},
    )
    def pull(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        night: Night = context.resources.night
        wanted = [s for s in sources if archive_key(s) in context.selected_asset_keys]
        if night.clock.no_pull is None:
            reached("pull.begin")
            night.pulled |= pull_all(night, wanted)
            night.archive.prune(night.config.archive.keep_days, night.clock.as_of)
            reached("pull.end")
        else:
            log.info("pull: nothing, as %s", night.clock.no_pull)
        for source in wanted:
            yield _result(source, night.pulled.get(source), night.clock.no_pull)

    return pull


def pull_all(night: Night, sources: list[str]) -> dict[str, Pull]:
    """Pull each source from where its last loaded pull ended. Failures are pulls with errors."""
    states, as_of = night.warehouse.states(), night.clock.as_of

    def one(connector: Connector) -> Pull:
        source = connector.name
        pulled = night.archive.pull(connector, states.get(source, {}), as_of)
        if pulled.error is None:
            log.info("pull: %s, %d pages, %.1f MB", source, pulled.n_pages, pulled.n_bytes / 1e6)
        else:
            log.error("pull: %s failed: %s", source, pulled.error)
        return pulled

    with sample.answering(night.config, as_of) as ready:
        asked = [c for c in systems.build(ready) if c.name in sources]
        with ThreadPoolExecutor(max_workers=len(asked)) as threads:
            return {pulled.source: pulled for pulled in threads.map(one, asked)}


def _result(source: str, pulled: Pull | None, no_pull: str | None) -> dg.MaterializeResult[None]:
    metadata: dict[str, dg.MetadataValue] = {}
    if pulled is None:
        metadata["not_pulled"] = dg.MetadataValue.text(no_pull or "")
    elif pulled.error is not None:
        metadata["error"] = dg.MetadataValue.text(pulled.error)
    else:
        metadata["pages"] = dg.MetadataValue.int(pulled.n_pages)
        metadata["bytes"] = dg.MetadataValue.int(pulled.n_bytes)
        metadata["folder"] = dg.MetadataValue.path(pulled.folder)
    check = dg.AssetCheckResult(
        check_name="pulled",
        asset_key=archive_key(source),
        passed=pulled is None or pulled.error is None,
        metadata=metadata,
    )
    return dg.MaterializeResult(
        asset_key=archive_key(source), metadata=metadata, check_results=[check]
    )
