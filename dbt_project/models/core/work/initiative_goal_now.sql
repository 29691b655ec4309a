-- Goals that an initiative has at as_of: the valid links of the nearest of itself and what is
-- above it that has any (readings L1, L4); from above they come with method hierarchy.
with valid as (
    select
        bridge.descendant_id as initiative_id,
        links.goal_id,
        case when bridge.depth = 0 then links.method else 'hierarchy' end as method,
        case when bridge.depth = 0 then links.confidence else 0.8 end as confidence,
        bridge.depth,
        min(bridge.depth) over (partition by bridge.descendant_id) as nearest_depth
    from {{ ref('dim_work_item') }} as initiative
    inner join {{ ref('bridge_work_item') }} as bridge
        on initiative.work_item_id = bridge.descendant_id
    inner join {{ ref('bridge_goal_initiative') }} as links
        on bridge.ancestor_id = links.work_item_id
    inner join {{ ref('dim_goal') }} as goal on links.goal_id = goal.goal_id
    where
        initiative.is_initiative
        and links.linked_on <= {{ as_of_date() }}
        and (links.unlinked_on is null or links.unlinked_on > {{ as_of_date() }})
        and (goal.deleted_at is null or {{ utc_date('goal.deleted_at') }} > {{ as_of_date() }})
),

-- Of several methods the surest stands; declared and goal_system are equally sure and stand in the
-- order of the alphabet.
nearest as (
    select
        valid.initiative_id,
        valid.goal_id,
        valid.method,
        valid.confidence,
        row_number() over (
            partition by valid.initiative_id, valid.goal_id
            order by valid.confidence desc, valid.method
        ) as choice
    from valid
    where valid.depth = valid.nearest_depth
)

select
    nearest.initiative_id,
    nearest.goal_id,
    nearest.method,
    cast(nearest.confidence as {{ type_double() }}) as confidence
from nearest
where nearest.choice = 1
