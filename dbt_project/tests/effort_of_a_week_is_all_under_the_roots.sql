-- In weeks through which one tree of units stands, and in all weeks where restated.
with all_effort as (
    select effort.week_start, sum(effort.person_days) as person_days
    from {{ ref('fct_effort') }} as effort
    group by effort.week_start
),

root as (
    select week.week_start, unit.org_basis, unit.descendant_id as org_unit_id
    from {{ ref('effort_week') }} as week
    inner join {{ ref('bridge_org_unit_basis') }} as unit
        on week.sunday >= unit.valid_from and week.sunday < unit.valid_to
    where unit.org_basis = 'restated' or week.tree_from <= week.week_start
    group by week.week_start, unit.org_basis, unit.descendant_id
    having max(unit.depth) = 0
),

under_roots as (
    select root.week_start, root.org_basis, sum(coalesce(unit.person_days, 0)) as person_days
    from root
    left join {{ ref('effort_unit_week') }} as unit
        on
            root.org_unit_id = unit.org_unit_id
            and root.week_start = unit.week_start
            and root.org_basis = unit.org_basis
    group by root.week_start, root.org_basis
)

select under_roots.week_start, under_roots.org_basis, under_roots.person_days
from under_roots
left join all_effort on under_roots.week_start = all_effort.week_start
where abs(under_roots.person_days - coalesce(all_effort.person_days, 0)) > 1e-6
