-- People of a unit and of all below it on a week's Sunday: employed, not on leave, each counted
-- once, for every unit of that Sunday's tree, and restated for every unit of the tree of as_of.
select
    tree.ancestor_id as org_unit_id,
    week.week_start,
    tree.org_basis,
    count(distinct placed.person_id) as headcount
from {{ ref('effort_week') }} as week
inner join {{ ref('bridge_org_unit_basis') }} as tree
    on week.sunday >= tree.valid_from and week.sunday < tree.valid_to
left join {{ ref('person_unit_week') }} as placed
    on
        tree.descendant_id = placed.org_unit_id
        and tree.org_basis = placed.org_basis
        and week.week_start = placed.week_start
group by tree.ancestor_id, week.week_start, tree.org_basis
