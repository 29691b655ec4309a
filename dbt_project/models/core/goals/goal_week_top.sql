-- Which top goals an active goal reaches in a judged week, over active goals, and in how many
-- edges at least. A top goal reaches itself in 0 (readings G5, G6).
with recursive source_level as (
    select source, count(level) > 0 as has_levels
    from {{ ref('stg_goals') }}
    group by source
),

aligned_up as (
    select distinct week_start, child_id
    from {{ ref('goal_week_edge') }}
    where child_is_active and parent_is_active
),

root_unit as (
    select org_unit_id, valid_from, valid_to
    from {{ ref('dim_org_unit_history') }}
    where parent_org_unit_id is null
),

top as (
    select state.week_start, state.goal_id
    from {{ ref('goal_week_state') }} as state
    inner join source_level on state.source = source_level.source
    left join aligned_up
        on state.week_start = aligned_up.week_start and state.goal_id = aligned_up.child_id
    left join root_unit
        on
            state.org_unit_id = root_unit.org_unit_id
            and root_unit.valid_from <= state.judged_on
            and state.judged_on < root_unit.valid_to
    where
        state.is_active
        and (
            state.is_listed_top
            or (
                aligned_up.child_id is null
                and (
                    state.level = 'company'
                    or (not source_level.has_levels and root_unit.org_unit_id is not null)
                )
            )
        )
),

active_edge as (
    select week_start, child_id, parent_id
    from {{ ref('goal_week_edge') }}
    where child_is_active and parent_is_active
),

reached as (
    select week_start, goal_id as top_id, goal_id, cast(0 as bigint) as depth
    from top
    {{ recursive_union() }}
    select
        reached.week_start,
        reached.top_id,
        active_edge.child_id as goal_id,
        reached.depth + 1 as depth
    from reached
    inner join active_edge
        on reached.week_start = active_edge.week_start and reached.goal_id = active_edge.parent_id
)

select week_start, goal_id, top_id, min(depth) as depth
from reached
group by week_start, goal_id, top_id
