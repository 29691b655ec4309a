-- A row a metric, Sunday and horizon whose day has been observed since: what was foreseen, what the
-- naive forecast would have been (the last value), and what came.
with reading as (
    select
        observed.metric_id,
        observed.observed_on,
        observed.value,
        coalesce(1.5 * metrics.cadence_days, 35) as fresh_days
    from (
        select
            metric_id,
            observed_on,
            value,
            row_number() over (
                partition by metric_id, observed_on order by recorded_at desc
            ) as rank_of_recording
        from {{ ref('fct_metric_observation') }}
    ) as observed
    inner join {{ ref('dim_metric') }} as metrics on observed.metric_id = metrics.metric_id
    where observed.rank_of_recording = 1
),

foreseen as (
    select
        known.metric_id,
        known.week_start,
        forecasts.target_on,
        {{ days_between('known.week_start', 'forecasts.target_on') }} - 6 as horizon_days,
        known.last_observed_on,
        known.last_value,
        forecasts.p10,
        forecasts.p50,
        forecasts.p90
    from {{ source('forecast', 'metric_forecast') }} as forecasts
    inner join {{ source('forecast', 'metric_week') }} as known
        on forecasts.metric_id = known.metric_id and forecasts.week_start = known.week_start
    where forecasts.target_on <= {{ as_of_date() }}
),

ranked as (
    select
        foreseen.*,
        reading.value,
        row_number() over (
            partition by foreseen.metric_id, foreseen.week_start, foreseen.horizon_days
            order by reading.observed_on desc
        ) as rank_of_reading
    from foreseen
    inner join reading
        on
            foreseen.metric_id = reading.metric_id
            and reading.observed_on > foreseen.last_observed_on
            and reading.observed_on <= foreseen.target_on
            and {{ days_between('reading.observed_on', 'foreseen.target_on') }}
            <= reading.fresh_days
    where foreseen.horizon_days in (7, 28, 91)
)

select
    metric_id,
    week_start,
    horizon_days,
    p10,
    p50,
    p90,
    last_value,
    value,
    p10 <= value and value <= p90 as is_inside
from ranked
where rank_of_reading = 1
