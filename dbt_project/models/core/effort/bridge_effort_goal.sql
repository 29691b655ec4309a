-- How the effort of a work item in a week splits over goals: equally over its active goals, or over
-- all of its goals where none is active (reading L5).
with judged as (
    select
        linked.work_item_id,
        linked.week_start,
        linked.goal_id,
        coalesce(goal.is_active, false) as is_active
    from {{ ref('item_goal_week') }} as linked
    left join {{ ref('goal_week') }} as goal
        on linked.goal_id = goal.goal_id and linked.week_start = goal.week_start
),

counted as (
    select
        judged.*,
        sum(case when judged.is_active then 1 else 0 end) over (
            partition by judged.work_item_id, judged.week_start
        ) as n_active,
        count(*) over (partition by judged.work_item_id, judged.week_start) as n_goals
    from judged
)

select
    counted.work_item_id,
    counted.week_start,
    counted.goal_id,
    cast(1 as {{ type_double() }})
    / case when counted.n_active > 0 then counted.n_active else counted.n_goals end as share
from counted
where counted.is_active or counted.n_active = 0
