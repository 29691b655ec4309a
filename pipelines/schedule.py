"""When the nightly job starts. Belongs here: its schedule. Does not belong here: the job."""

from __future__ import annotations

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.config import Schedule


def nightly_schedule(
    job: UnresolvedAssetJobDefinition, schedule: Schedule
) -> dg.ScheduleDefinition:
    """Every night at the configured time of the configured time zone, on every clock change."""
    hour, minute = schedule.at.split(":")
    return dg.ScheduleDefinition(
        name="nightly",
        job=job,
        cron_schedule=f"{int(minute)} {int(hour)} * * *",
        execution_timezone=schedule.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
