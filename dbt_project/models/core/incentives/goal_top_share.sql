-- What a goal active in an incentive period's week stands for: its top goals, equally, or `none`.
with week as (
    select distinct period.week_start
    from {{ ref('incentive_period') }} as period
)

select
    goal.goal_id,
    goal.week_start,
    coalesce(reached.top_id, 'none') as top_id,
    cast(1 as {{ type_double() }}) / count(*) over (partition by goal.goal_id, goal.week_start)
        as share
from week
inner join {{ ref('goal_week') }} as goal on week.week_start = goal.week_start and goal.is_active
left join {{ ref('goal_week_top') }} as reached
    on goal.goal_id = reached.goal_id and goal.week_start = reached.week_start
