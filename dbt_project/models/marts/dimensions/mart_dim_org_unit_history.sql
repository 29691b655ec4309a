{{ config(alias='dim_org_unit_history') }}

-- A row a version of a unit, with the tree mended.
select
    org_unit_id,
    name,
    parent_org_unit_id,
    is_parent_cut,
    valid_from,
    valid_to
from {{ ref('dim_org_unit_history') }}
