-- A row a forecast that has been judged and distinct target in force that Sunday: how probable it
-- was said to be that the value is at or beyond the target on that day, and whether it was.
with target as (
    select distinct metric_id, week_start, target, is_upward
    from {{ ref('outlook_basis_week') }}
    where target is not null and (is_kept or target <> baseline)
),

judged as (
    select
        outcome.metric_id,
        outcome.week_start,
        outcome.horizon_days,
        target.target,
        target.is_upward,
        case
            when target.is_upward then outcome.p50 - target.target
            else target.target - outcome.p50
        end as gain,
        case
            when target.target > outcome.p50 then outcome.p90 - outcome.p50
            else outcome.p50 - outcome.p10
        end as reach,
        case
            when target.is_upward then outcome.value >= target.target
            else outcome.value <= target.target
        end as is_reached
    from {{ ref('forecast_outcome') }} as outcome
    inner join target
        on outcome.metric_id = target.metric_id and outcome.week_start = target.week_start
)

select
    metric_id,
    week_start,
    horizon_days,
    target,
    is_upward,
    {{ probability_beyond('gain', 'reach') }} as probability,
    is_reached
from judged
