{{ config(severity='warn') }}

select source, org_unit_ref
from {{ ref('bridge_org_unit_ref') }}
where org_unit_id is null
