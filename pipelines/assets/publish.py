"""The publish step: the marts that passed become what BI tools read, all in one version.

Belongs here: one asset a published table. Does not belong here: how a version is written and
made current (`pipelines.publish`).
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from pipelines.dbt_results import MARTS_SCHEMA, DbtResults, marts_of
from pipelines.night import Night
from pipelines.publish import PublishRefused, Shelf, publish
from pipelines.publish_files import MANIFEST_ABOUT, MANIFEST_TABLE

log = logging.getLogger("alignmart")


def published_key(table: str) -> dg.AssetKey:
    """The asset that is a published table."""
    return dg.AssetKey(["published", table])


def build_publish(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """The step that publishes every mart of dbt's manifest, or nothing."""
    marts = marts_of(dict(manifest))
    mart_keys = {table: dg.AssetKey([MARTS_SCHEMA, table]) for table in marts}

    @dg.multi_asset(
        name="publish",
        specs=[
            dg.AssetSpec(
                published_key(table),
                deps=[key],
                description=marts[table].get("description"),
                group_name="published",
            )
            for table, key in mart_keys.items()
        ]
        + [
            dg.AssetSpec(
                published_key(MANIFEST_TABLE),
                deps=list(mart_keys.values()),
                description=MANIFEST_ABOUT,
                group_name="published",
            )
        ],
        required_resource_keys={"night"},
    )
    def publish_step(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        night: Night = context.resources.night
        try:
            published = publish(
                Shelf(night.config.publish_dir),
                night.warehouse.path,
                DbtResults.read(night.dbt_folder),
                night.run_id,
                night.clock.as_of,
                night.config.publish.keep_versions,
                night.config.privacy,
            )
        except PublishRefused as refusal:
            raise dg.Failure(f"Not published: {refusal}", allow_retries=False) from refusal
        figures = published.audit.figures if published.audit else {}
        log.info("publish: version %s, %d tables", published.version, len(published.tables))
        log.info(
            "audit: %(audit_sets)d sets of %(audit_cells)d cells, nothing given away, "
            "%(audit_seconds)s s",
            figures,
        )
        for table in published.tables:
            yield dg.MaterializeResult(
                asset_key=published_key(table.name),
                metadata={
                    "version": published.version,
                    "rows": table.rows,
                    "checksum": table.checksum,
                    **(figures if table.name == MANIFEST_TABLE else {}),
                },
            )

    return publish_step
