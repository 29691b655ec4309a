{{ config(severity='warn') }}

select 'org unit' as tree, org_unit_id as child_id, source_parent_id as parent_id
from {{ ref('dim_org_unit_history') }}
where is_parent_cut
union
select 'goal' as tree, child_id, parent_id
from {{ ref('goal_edge') }}
where is_cut
