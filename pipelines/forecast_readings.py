"""What is forecast: readings of metrics, and the days on which goals that have them may end.

Belongs here: reading both from `raw` as of an instant. Does not belong here: what was known in
which week (`forecast_weeks`), the end by which a goal is judged (`dim_goal_history` in dbt).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import duckdb
import polars as pl

from pipelines.linkage_subjects import newest


@dataclass(frozen=True, slots=True)
class Readings:
    """What `raw` holds of the metrics that goals have; days are counted from 1970.

    `metrics`: metric_id, cadence_days, is_percent. `readings`: metric_id, recorded_on, observed_on,
    value, in the order of recording. `spans`: metric_id, starts_on, ends_on: days between which a
    goal with the metric may have been active; a goal has a row for each end that it ever had, an
    empty one where it had none.
    """

    metrics: pl.DataFrame
    readings: pl.DataFrame
    spans: pl.DataFrame


def read(connection: duckdb.DuckDBPyConnection, as_of: dt.datetime) -> Readings:
    """What was known at `as_of` (an aware instant); rows first seen later are not."""
    given = {"as_of": as_of}
    connection.execute(f"create or replace temp table forecast_spans as {_SPANS}", given)
    found = Readings(
        connection.sql(_METRICS, params=given).pl(),
        connection.sql(_READINGS, params=given).pl(),
        connection.sql("select * from forecast_spans order by all").pl(),
    )
    connection.execute("drop table forecast_spans")
    return found


def _day(instant: str) -> str:
    """SQL: whole days from 1970 to the UTC date of an instant or date."""
    return f"cast(cast({instant} as date) - date '1970-01-01' as bigint)"


_SPANS: Final = f"""
    with version as (
        select source || ':' || goal_key as goal_id, starts_on, ends_on, created_at, as_of
        from raw.goals where as_of <= $as_of
    ),
    change as (
        select source || ':' || goal_key as goal_id, field,
            unnest([try_cast(from_value as date), try_cast(to_value as date)]) as day
        from raw.goal_changes
        where as_of <= $as_of and field in ('starts_on', 'ends_on')
    ),
    start as (
        select goal_id, least(starts_on, created_at, as_of) as day from version
        union all
        select goal_id, day from change where field = 'starts_on'
    ),
    beginning as (
        select goal_id, cast(min(day) as date) as starts_on from start group by goal_id
    ),
    ending as (
        select goal_id, ends_on from version
        union
        select goal_id, cast(min(as_of) as date) from version
        group by goal_id having count(*) > count(ends_on)
        union
        select goal_id, day from change where field = 'ends_on'
    ),
    target as (
        select distinct source, goal_key, metric_ref from ({newest("goal_metrics")})
        where not is_gone
    ),
    metric as (
        select distinct source || ':' || metric_key as metric_id from raw.metrics
        where as_of <= $as_of
    )
    select distinct metric.metric_id, {_day("beginning.starts_on")} as starts_on,
        {_day("ending.ends_on")} as ends_on
    from target
    inner join metric
        on metric.metric_id in (target.source || ':' || target.metric_ref, target.metric_ref)
    inner join beginning
        on beginning.goal_id in (target.source || ':' || target.goal_key, target.goal_key)
    inner join ending on beginning.goal_id = ending.goal_id"""

_METRICS: Final = f"""
    select source || ':' || metric_key as metric_id, cadence_days,
        coalesce(trim(unit) = '%', false) as is_percent
    from ({newest("metrics")})
    where source || ':' || metric_key in (select metric_id from forecast_spans)
    order by metric_id"""

_READINGS: Final = f"""
    select source || ':' || metric_key as metric_id, {_day("recorded_at")} as recorded_on,
        {_day("observed_on")} as observed_on, value
    from ({newest("metric_observations")})
    where not is_gone and recorded_at <= $as_of
        and source || ':' || metric_key in (select metric_id from forecast_spans)
    order by metric_id, recorded_at, observed_on"""
