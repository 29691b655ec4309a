select class.work_item_id, class.week_start, class.node_class, class.is_unknown
from {{ ref('item_week_class') }} as class
left join (
    select distinct split.work_item_id, split.week_start from {{ ref('bridge_effort_goal') }} as split
) as linked
    on class.work_item_id = linked.work_item_id and class.week_start = linked.week_start
where
    (linked.work_item_id is null and class.node_class <> 'unaligned')
    or (linked.work_item_id is not null and class.is_unknown)
