{{ config(severity='warn') }}

select 'goal' as looked_for, reference.source, reference.goal_ref as name
from {{ ref('goal_reference') }} as reference
where reference.goal_id is null
union all
select 'initiative', reference.tracker, reference.initiative_key
from {{ ref('initiative_reference') }} as reference
where reference.work_item_id is null
