-- Of a goal that is active or ended on the Sunday of a week of effort every goal that it is or
-- contributes to over goals active that Sunday: where its effort rises to (reading E12). An ended
-- goal is not there itself.
with recursive edge as (
    select edges.week_start, edges.child_id, edges.parent_id
    from {{ ref('goal_week_edge') }} as edges
    inner join {{ ref('effort_week') }} as week on edges.week_start = week.week_start
    where edges.parent_is_active
),

origin as (
    select goal.week_start, goal.goal_id, goal.goal_id as ancestor_id
    from {{ ref('goal_week') }} as goal
    inner join {{ ref('effort_week') }} as week on goal.week_start = week.week_start
    where goal.is_active
    union all
    select ended.week_start, ended.child_id, ended.parent_id
    from {{ ref('goal_week_edge') }} as ended
    inner join {{ ref('effort_week') }} as week on ended.week_start = week.week_start
    where ended.parent_is_active and not ended.child_is_active
),

reached as (
    select origin.week_start, origin.goal_id, origin.ancestor_id
    from origin
    {{ recursive_union() }}
    select reached.week_start, reached.goal_id, edge.parent_id as ancestor_id
    from reached
    inner join edge
        on reached.week_start = edge.week_start and reached.ancestor_id = edge.child_id
)

select distinct reached.week_start, reached.goal_id, reached.ancestor_id
from reached
