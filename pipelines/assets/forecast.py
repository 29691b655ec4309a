"""The forecast step, before transform: where the metrics of goals are heading.

Belongs here: its two assets and the frames that they read. Does not belong here: forecasts
(`pipelines.forecast`), what they say of goals (`goal_outlook_week` in dbt).
"""

import logging
import time
from collections.abc import Iterator, Mapping
from typing import Final

import dagster as dg

from pipelines.assets.load import raw_key
from pipelines.boundaries import reached
from pipelines.forecast import forecast
from pipelines.forecast_table import FORECASTS, SCHEMA, WEEKS
from pipelines.night import Night

log = logging.getLogger("alignmart")
_READ: Final = frozenset(
    {"goals", "goal_changes", "goal_metrics", "metrics", "metric_observations"}
)
_TABLES: Final = {
    WEEKS: "What each Sunday knew of the metrics that goals have.",
    FORECASTS: "What each Sunday foresaw of them.",
}


def build_forecast(given: Mapping[str, list[str]]) -> dg.AssetsDefinition:
    """The step that forecasts metrics; `given` holds the frames of each source."""
    read = [raw_key(s, frame) for s in sorted(given) for frame in given[s] if frame in _READ]

    @dg.multi_asset(
        name="forecast",
        specs=[
            dg.AssetSpec(
                dg.AssetKey([SCHEMA, table]), deps=read, description=text, group_name=SCHEMA
            )
            for table, text in _TABLES.items()
        ],
        required_resource_keys={"night"},
    )
    def forecast_step(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        night: Night = context.resources.night
        begun = time.monotonic()
        n_weeks = forecast(night.warehouse, night.clock.as_of)
        seconds = time.monotonic() - begun
        reached("forecast.end")
        log.info("forecast: %d weeks of metrics worked out", n_weeks)
        for table in _TABLES:
            yield dg.MaterializeResult(
                asset_key=dg.AssetKey([SCHEMA, table]),
                metadata={"weeks": n_weeks, "seconds": seconds},
            )

    return forecast_step
