-- A person's effort of the 28 days to a week's Sunday: all of it, what serves a top goal, and how
-- near that work is to one (reading R2c). Each piece has the class of its own week.
with goal_of_work as (
    select linked.work_item_id, linked.week_start, min(goal.depth) as depth
    from {{ ref('item_goal_week') }} as linked
    inner join {{ ref('goal_week') }} as goal
        on
            linked.goal_id = goal.goal_id
            and linked.week_start = goal.week_start
            and goal.node_class in ('top', 'aligned')
    group by linked.work_item_id, linked.week_start
),

own_week as (
    select
        effort.person_id,
        effort.week_start,
        {{ exact_sum('effort.person_days') }} as person_days,
        {{ exact_sum(
            'case when goal.depth is not null then effort.person_days else 0 end'
        ) }} as person_days_reaching,
        min(goal.depth) as depth
    from {{ ref('fct_effort') }} as effort
    left join goal_of_work as goal
        on effort.work_item_id = goal.work_item_id and effort.week_start = goal.week_start
    where effort.person_id is not null
    group by effort.person_id, effort.week_start
)

select
    own_week.person_id,
    week.week_start,
    {{ exact_sum('own_week.person_days') }} as person_days,
    {{ exact_sum('own_week.person_days_reaching') }} as person_days_reaching,
    min(own_week.depth) as depth
from {{ ref('effort_week') }} as week
inner join own_week
    on
        own_week.week_start <= week.week_start
        and own_week.week_start > {{ date_add_days('week.week_start', -28) }}
group by own_week.person_id, week.week_start
