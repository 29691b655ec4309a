-- People of a unit and of all below it on a week's Sunday: employed, not on leave, each counted
-- once, for every unit of that Sunday's tree.
select
    tree.ancestor_id as org_unit_id,
    week.week_start,
    count(distinct placed.person_id) as headcount
from {{ ref('effort_week') }} as week
inner join {{ ref('bridge_org_unit_history') }} as tree
    on week.sunday >= tree.valid_from and week.sunday < tree.valid_to
left join {{ ref('person_unit_week') }} as placed
    on tree.descendant_id = placed.org_unit_id and week.week_start = placed.week_start
group by tree.ancestor_id, week.week_start
