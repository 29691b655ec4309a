-- Every goal in every judged week in which it exists, with its class where it is active.
with reach as (
    select
        reached.week_start,
        reached.goal_id,
        min(reached.depth) as depth,
        count(distinct reached.top_id) as links_to_top,
        count(distinct case when tops.is_published then reached.top_id end) as links_to_shown_top
    from {{ ref('goal_week_top') }} as reached
    left join {{ ref('stg_goals') }} as tops on reached.top_id = tops.goal_id
    group by reached.week_start, reached.goal_id
),

classed as (
    select
        state.goal_id,
        state.week_start,
        state.judged_on,
        state.is_partial,
        state.org_unit_id,
        state.level,
        state.active_from,
        state.is_active,
        state.is_ended,
        case
            when not state.is_active then null
            when reach.depth = 0 then 'top'
            when reach.depth > 0 then 'aligned'
            when lapsed.goal_id is not null then 'lapsed'
        end as class_of_chain,
        reach.depth,
        case when state.is_active then coalesce(reach.links_to_top, 0) end as links_to_top,
        case when state.is_active then coalesce(reach.links_to_shown_top, 0) end
            as links_to_shown_top
    from {{ ref('goal_week_state') }} as state
    left join reach on state.week_start = reach.week_start and state.goal_id = reach.goal_id
    left join {{ ref('goal_week_lapsed') }} as lapsed
        on state.week_start = lapsed.week_start and state.goal_id = lapsed.goal_id
),

joined as (
    select child_id as goal_id, valid_from, valid_to
    from {{ ref('goal_edge') }}
    where child_id <> parent_id
    union
    select parent_id as goal_id, valid_from, valid_to
    from {{ ref('goal_edge') }}
    where child_id <> parent_id
),

island as (
    select distinct classed.goal_id, classed.week_start
    from classed
    inner join joined
        on
            classed.goal_id = joined.goal_id
            and joined.valid_from <= classed.judged_on
            and classed.judged_on < joined.valid_to
    where classed.is_active and classed.class_of_chain is null
)

select
    classed.goal_id,
    classed.week_start,
    classed.judged_on,
    classed.is_partial,
    classed.org_unit_id,
    classed.level,
    classed.active_from,
    classed.is_active,
    classed.is_ended,
    case
        when not classed.is_active then null
        when classed.class_of_chain is not null then classed.class_of_chain
        when island.goal_id is not null then 'island'
        else 'unaligned'
    end as node_class,
    classed.depth,
    classed.links_to_top,
    classed.links_to_shown_top
from classed
left join island
    on classed.goal_id = island.goal_id and classed.week_start = island.week_start
