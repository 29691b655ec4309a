-- Restated, every unit of the tree of as_of has one.
select week.week_start, unit.org_basis, unit.descendant_id as org_unit_id
from {{ ref('effort_week') }} as week
inner join {{ ref('bridge_org_unit_basis') }} as unit
    on unit.depth = 0 and week.sunday >= unit.valid_from and week.sunday < unit.valid_to
left join {{ ref('effort_alignment') }} as mart
    on
        week.week_start = mart.week_start
        and unit.org_basis = mart.org_basis
        and unit.descendant_id = mart.org_unit_id
where mart.org_unit_id is null
