-- The parent of a work item that has one: known parents only, and of a cycle the newest edge (the
-- child created last, then the higher id) is cut.
with recursive edge as (
    select
        child.work_item_id,
        parent.work_item_id as parent_id,
        child.created_at
    from {{ ref('stg_work_items') }} as child
    inner join {{ ref('stg_work_items') }} as parent
        on child.source_parent_id = parent.work_item_id
),

-- Only what is itself a parent and has a parent can lie on a cycle.
walk as (
    select edge.work_item_id as start_id, edge.parent_id as reached_id
    from edge
    where edge.work_item_id in (select above.parent_id from edge as above)
    {{ recursive_union() }}
    select walk.start_id, edge.parent_id
    from walk
    inner join edge on walk.reached_id = edge.work_item_id
),

on_cycle as (
    select walk.start_id
    from walk
    where walk.start_id = walk.reached_id
),

-- From a member of a cycle a walk reaches the cycle's members and nothing else.
cycle_member as (
    select
        walk.reached_id as work_item_id,
        row_number() over (
            partition by walk.start_id order by edge.created_at desc, edge.work_item_id desc
        ) as newness
    from walk
    inner join on_cycle on walk.start_id = on_cycle.start_id
    inner join edge on walk.reached_id = edge.work_item_id
)

select
    edge.work_item_id,
    case when newest.work_item_id is null then edge.parent_id end as parent_id,
    edge.parent_id as source_parent_id,
    newest.work_item_id is not null as is_parent_cut
from edge
left join (
    select distinct cycle_member.work_item_id from cycle_member where cycle_member.newness = 1
) as newest
    on edge.work_item_id = newest.work_item_id
