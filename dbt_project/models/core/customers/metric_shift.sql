-- Shifts of metrics that customers feel: two readings in a row above the band that was forecast
-- before the first of them, or below it. A row a metric and day of the second reading; the next
-- shift needs a reading inside its band first (reading K2).
with judged as (
    select
        band.metric_id,
        band.observed_on,
        band.next_observed_on,
        case when band.value between band.p10 and band.p90 then 1 else 0 end as is_inside,
        (band.value > band.p90 and band.next_value > band.next_p90)
        or (band.value < band.p10 and band.next_value < band.next_p10) as is_shift
    from {{ ref('metric_band') }} as band
),

counted as (
    select
        judged.*,
        sum(judged.is_inside) over (
            partition by judged.metric_id order by judged.observed_on
        ) as n_inside
    from judged
)

select
    counted.metric_id,
    min(counted.next_observed_on) as shifted_on
from counted
where counted.is_shift
group by counted.metric_id, counted.n_inside
