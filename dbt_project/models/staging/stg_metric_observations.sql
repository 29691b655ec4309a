select
    readings.source || ':' || readings.metric_key as metric_id,
    readings.observed_on,
    readings.value,
    readings.entry,
    readings.recorded_at
from ({{ standing_rows('metric_observations') }}) as readings
where
    readings.recorded_at <= {{ as_of() }}
    and readings.observed_on <= {{ as_of_date() }}
