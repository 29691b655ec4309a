-- The initiatives that are open on a month's Sunday, by basis, and the unit that each counts in
-- (readings C7, H2): one without a unit, or of one that is not in that tree, counts at the root.
select
    initiative.initiative_id,
    months.month_start,
    months.week_start,
    months.sunday,
    tree.org_basis,
    coalesce(placed.descendant_id, tree.root_org_unit_id) as org_unit_id
from (
    select distinct unit_month.month_start, unit_month.week_start, unit_month.sunday
    from {{ ref('unit_month') }} as unit_month
) as months
inner join {{ ref('initiative_week') }} as initiative on months.week_start = initiative.week_start
inner join {{ ref('initiative_unit') }} as unit
    on initiative.initiative_id = unit.initiative_id
inner join {{ ref('org_tree_basis') }} as tree
    on months.sunday >= tree.valid_from and months.sunday < tree.valid_to
left join {{ ref('bridge_org_unit_basis') }} as placed
    on
        unit.org_unit_id = placed.descendant_id
        and tree.org_basis = placed.org_basis
        and placed.depth = 0
        and months.sunday >= placed.valid_from
        and months.sunday < placed.valid_to
