-- Active goals of a judged week that reach no top goal, but would once ended goals are walked
-- through; an ended goal of level company, or listed as top, counts as one (reading G5).
with recursive top as (
    select week_start, goal_id
    from {{ ref('goal_week_top') }}
    where depth = 0
),

once_top as (
    select week_start, goal_id from top
    union
    select week_start, goal_id
    from {{ ref('goal_week_state') }}
    where is_ended and (level = 'company' or is_listed_top)
),

walk as (
    select state.week_start, state.goal_id, state.goal_id as node_id
    from {{ ref('goal_week_state') }} as state
    where
        state.is_active
        and not exists (
            select 1
            from {{ ref('goal_week_top') }} as reached
            where reached.week_start = state.week_start and reached.goal_id = state.goal_id
        )
    {{ recursive_union() }}
    select walk.week_start, walk.goal_id, edges.parent_id as node_id
    from walk
    inner join {{ ref('goal_week_edge') }} as edges
        on walk.week_start = edges.week_start and walk.node_id = edges.child_id
)

select distinct walk.week_start, walk.goal_id
from walk
inner join once_top on walk.week_start = once_top.week_start and walk.node_id = once_top.goal_id
