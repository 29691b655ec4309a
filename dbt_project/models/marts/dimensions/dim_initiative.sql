-- Initiatives as they are today, even if deleted.
select
    initiative.work_item_id as initiative_id,
    initiative.title,
    initiative.status,
    initiative.status_category,
    unit.org_unit_id,
    initiative.started_on,
    initiative.due_on,
    {{ utc_date('initiative.closed_at') }} as closed_on,
    initiative.deleted_at,
    case when {{ var('include_urls') }} then initiative.url end as url
from {{ ref('dim_work_item') }} as initiative
inner join {{ ref('initiative_unit') }} as unit on initiative.work_item_id = unit.initiative_id
where initiative.is_initiative
