-- A row a metric and day on which it was read: the reading recorded last, and until when it is the
-- newest one.
select
    ranked.metric_id,
    ranked.observed_on,
    ranked.value,
    coalesce(
        lead(ranked.observed_on) over (
            partition by ranked.metric_id order by ranked.observed_on
        ),
        {{ open_end() }}
    ) as newest_until
from (
    select
        readings.*,
        row_number() over (
            partition by readings.metric_id, readings.observed_on
            order by readings.recorded_at desc
        ) as rank_of_reading
    from {{ ref('fct_metric_observation') }} as readings
) as ranked
where ranked.rank_of_reading = 1
