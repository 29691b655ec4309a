-- Readings of metrics, every one that was recorded by as_of.
select
    readings.metric_id,
    readings.observed_on,
    readings.value,
    readings.entry,
    readings.recorded_at
from {{ ref('stg_metric_observations') }} as readings
inner join {{ ref('dim_metric') }} as metrics on readings.metric_id = metrics.metric_id
