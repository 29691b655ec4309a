"""The nightly run starts at 04:15 of the configured time zone, once a night, all year."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from pipelines.config import Schedule
from pipelines.schedule import nightly_schedule


def starts(schedule: Schedule, begin: dt.datetime, n: int) -> list[dt.datetime]:
    job = dg.define_asset_job("nightly", dg.AssetSelection.all())
    made = nightly_schedule(job, schedule)
    times = schedule_execution_time_iterator(
        begin.timestamp(), made.cron_schedule, made.execution_timezone, ascending=True
    )
    return [next(times) for _ in range(n)]


@pytest.mark.parametrize(
    ("changes_on", "before", "after"),
    [(dt.date(2026, 3, 29), "03:15", "02:15"), (dt.date(2026, 10, 25), "02:15", "03:15")],
    ids=["clocks go forward", "clocks go back"],
)
def test_the_run_starts_at_the_same_local_time_across_a_clock_change(changes_on, before, after):
    berlin = ZoneInfo("Europe/Berlin")
    begin = dt.datetime.combine(changes_on - dt.timedelta(days=2), dt.time(12), tzinfo=berlin)
    found = starts(Schedule(at="04:15", timezone="Europe/Berlin"), begin, 3)
    assert [f"{t.astimezone(berlin):%d %H:%M}" for t in found] == [
        f"{changes_on + dt.timedelta(days=n):%d} 04:15" for n in (-1, 0, 1)
    ]
    assert [f"{t.astimezone(dt.UTC):%H:%M}" for t in found] == [before, after, after]


@pytest.mark.parametrize("at", ["02:30", "00:00", "23:59", "04:15"])
@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]
)
def test_there_is_exactly_one_start_for_every_night_of_a_year(at, zone):
    begin = dt.datetime(2026, 1, 1, 0, 0, 1, tzinfo=ZoneInfo(zone))
    found = starts(Schedule(at=at, timezone=zone), begin, 365)
    nights = [t.astimezone(ZoneInfo(zone)).date() for t in found]
    assert len(set(nights)) == 365
    assert (nights[-1] - nights[0]).days == 364
