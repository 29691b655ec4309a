{{ config(severity='warn') }}

select items.work_item_id, items.source_parent_id, parent.is_parent_cut
from {{ ref('stg_work_items') }} as items
left join {{ ref('work_item_parent') }} as parent on items.work_item_id = parent.work_item_id
where
    items.source_parent_id is not null
    and (parent.work_item_id is null or parent.is_parent_cut)
