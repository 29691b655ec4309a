{{ config(severity='warn') }}

select worklogs.worklog_id, worklogs.work_item_id
from {{ ref('stg_worklogs') }} as worklogs
left join {{ ref('stg_work_items') }} as items on worklogs.work_item_id = items.work_item_id
where items.work_item_id is null
