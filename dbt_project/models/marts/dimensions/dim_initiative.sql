-- Initiatives as they are today, even if deleted. A title that is declared private stays in core.
with withheld as (
    select distinct withheld_title.work_item_id
    from {{ ref('withheld_title') }} as withheld_title
)

select
    initiative.work_item_id as initiative_id,
    case when withheld.work_item_id is null then initiative.title else 'Title withheld' end
        as title,
    initiative.status,
    initiative.status_category,
    unit.org_unit_id,
    initiative.started_on,
    initiative.due_on,
    {{ utc_date('initiative.closed_at') }} as closed_on,
    initiative.deleted_at,
    case when {{ var('include_urls') }} and withheld.work_item_id is null then initiative.url end
        as url
from {{ ref('dim_work_item') }} as initiative
inner join {{ ref('initiative_unit') }} as unit on initiative.work_item_id = unit.initiative_id
left join withheld on initiative.work_item_id = withheld.work_item_id
where initiative.is_initiative
