-- The active goals that an incentive line stands for, equally: its goal, or those that have its
-- metric in force; and whether the line's direction is against the goal's target (readings I2, I3).
with stood_for as (
    select
        share.incentive_line_id,
        share.period_id,
        share.week_start,
        share.measure_id as goal_id,
        cast(null as text) as wanted,
        share.direction
    from {{ ref('incentive_share') }} as share
    where share.measure_kind = 'goal'
    union all
    select
        share.incentive_line_id,
        share.period_id,
        share.week_start,
        target.goal_id,
        case
            when target.kind = 'at_least' then 'increase'
            when target.kind = 'at_most' then 'decrease'
            when target.target > target.baseline then 'increase'
            when target.target < target.baseline then 'decrease'
        end,
        share.direction
    from {{ ref('incentive_share') }} as share
    inner join {{ ref('goal_metric') }} as target
        on
            share.measure_id = target.metric_id
            and target.valid_from <= {{ date_add_days('share.week_start', 6) }}
            and target.valid_to > {{ date_add_days('share.week_start', 6) }}
    where share.measure_kind = 'metric'
)

select
    stood_for.incentive_line_id,
    stood_for.period_id,
    stood_for.week_start,
    stood_for.goal_id,
    cast(1 as {{ type_double() }})
    / count(*) over (partition by stood_for.period_id, stood_for.incentive_line_id) as share,
    stood_for.wanted,
    stood_for.wanted <> stood_for.direction as is_opposed
from stood_for
inner join {{ ref('goal_week') }} as goal
    on
        stood_for.goal_id = goal.goal_id
        and stood_for.week_start = goal.week_start
        and goal.is_active
