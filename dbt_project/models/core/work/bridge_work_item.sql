-- Every work item with every item above it in the tracker's tree of today, itself at depth 0.
with recursive known_item as (
    select stg_work_items.work_item_id from {{ ref('stg_work_items') }} as stg_work_items
    union
    select stg_worklogs.work_item_id from {{ ref('stg_worklogs') }} as stg_worklogs
),

step as (
    select parent.work_item_id, parent.parent_id
    from {{ ref('work_item_parent') }} as parent
    where parent.parent_id is not null
),

walk as (
    select
        known_item.work_item_id as ancestor_id,
        known_item.work_item_id as descendant_id,
        0 as depth
    from known_item
    union all
    select step.parent_id, walk.descendant_id, walk.depth + 1
    from walk
    inner join step on walk.ancestor_id = step.work_item_id
)

select walk.ancestor_id, walk.descendant_id, cast(walk.depth as bigint) as depth
from walk
