"""Everything that Dagster is told, one line each.

`make definitions` writes it to `expected_definitions.txt`, which a test compares: an asset, a
check, a job or a schedule cannot come or go without a change that a reviewer sees.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from pipelines.config import Config, Sample
from pipelines.definitions import build_defs

EXPECTED = Path(__file__).with_name("expected_definitions.txt")


def sample_definitions() -> dg.Definitions:
    return build_defs(Config(sample=Sample()))


def listing(defs: dg.Definitions) -> list[str]:
    return sorted(_lines(defs))


def _lines(defs: dg.Definitions) -> Iterator[str]:
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        kind = "asset" if graph.get(key).is_materializable else "external"
        yield f"{kind} {key.to_user_string()}"
    for check in graph.asset_check_keys:
        spec = graph.get_check_spec(check)
        blocking = " (blocking)" if spec.blocking else ""
        yield f"check {check.asset_key.to_user_string()}: {check.name}{blocking}"
    repository = defs.get_repository_def()
    for job in repository.get_all_jobs():
        if not job.name.startswith("__"):
            yield f"job {job.name}: {len(job.asset_layer.selected_asset_keys)} assets"
    for schedule in repository.schedule_defs:
        yield f"schedule {schedule.name}: {schedule.cron_schedule} {schedule.execution_timezone}"
    for sensor in repository.sensor_defs:
        yield f"sensor {sensor.name}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(listing(sample_definitions())) + "\n")
