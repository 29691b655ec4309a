select units.org_unit_id, count(roots.org_unit_id) as n_roots
from {{ ref('dim_org_unit') }} as units
left join {{ ref('bridge_org_unit') }} as tree on units.org_unit_id = tree.descendant_id
left join {{ ref('dim_org_unit') }} as roots
    on tree.ancestor_id = roots.org_unit_id and roots.parent_org_unit_id is null
where units.is_active
group by units.org_unit_id
having count(roots.org_unit_id) <> 1
