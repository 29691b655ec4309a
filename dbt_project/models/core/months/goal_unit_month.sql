-- The goals of a unit's monthly row: active on its Sunday, of the unit or of one below it (reading
-- D1). A row a unit, month, basis and goal.
with month_week as (
    select distinct unit_month.month_start, unit_month.week_start, unit_month.sunday
    from {{ ref('unit_month') }} as unit_month
)

select
    tree.ancestor_id as org_unit_id,
    month_week.month_start,
    month_week.week_start,
    month_week.sunday,
    goal.org_basis,
    goal.goal_id,
    goal.org_unit_id as goal_org_unit_id
from month_week
inner join {{ ref('goal_unit_week') }} as goal
    on month_week.week_start = goal.week_start and goal.is_active
inner join {{ ref('bridge_org_unit_basis') }} as tree
    on
        goal.home_org_unit_id = tree.descendant_id
        and goal.org_basis = tree.org_basis
        and month_week.sunday >= tree.valid_from
        and month_week.sunday < tree.valid_to
