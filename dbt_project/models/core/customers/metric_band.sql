-- The readings of metrics that customers feel, each day by its newest recording, with the 80 % band
-- that the last judged week before it gave for it and for the next reading: that of the first day
-- on or after it that was forecast, 7, 28 or 91 days after the week's Sunday (reading K2).
with ranked as (
    select
        readings.metric_id,
        readings.observed_on,
        readings.value,
        row_number() over (
            partition by readings.metric_id, readings.observed_on
            order by readings.recorded_at desc
        ) as place
    from {{ ref('fct_metric_observation') }} as readings
    inner join {{ ref('dim_metric') }} as metrics
        on readings.metric_id = metrics.metric_id and metrics.is_customer_facing
),

reading as (
    select
        ranked.metric_id,
        ranked.observed_on,
        ranked.value,
        {{ week_start('ranked.observed_on') }} as week_start,
        lead(ranked.observed_on) over (
            partition by ranked.metric_id order by ranked.observed_on
        ) as next_observed_on,
        lead(ranked.value) over (
            partition by ranked.metric_id order by ranked.observed_on
        ) as next_value
    from ranked
    where ranked.place = 1
),

forecast as (
    select
        forecasts.metric_id,
        {{ date_add_days('forecasts.week_start', 7) }} as week_start,
        {{ days_between('forecasts.week_start', 'forecasts.target_on') }} - 6 as days_ahead,
        forecasts.p10,
        forecasts.p90
    from {{ source('forecast', 'metric_forecast') }} as forecasts
)

select
    reading.metric_id,
    reading.observed_on,
    reading.value,
    near.p10,
    near.p90,
    reading.next_observed_on,
    reading.next_value,
    far.p10 as next_p10,
    far.p90 as next_p90
from reading
inner join forecast as near
    on
        reading.metric_id = near.metric_id
        and reading.week_start = near.week_start
        and near.days_ahead = 7
left join forecast as far
    on
        reading.metric_id = far.metric_id
        and reading.week_start = far.week_start
        and far.days_ahead = case
            when reading.next_observed_on < {{ date_add_days('reading.week_start', 7) }} then 7
            when reading.next_observed_on < {{ date_add_days('reading.week_start', 28) }} then 28
            when reading.next_observed_on < {{ date_add_days('reading.week_start', 91) }} then 91
        end
