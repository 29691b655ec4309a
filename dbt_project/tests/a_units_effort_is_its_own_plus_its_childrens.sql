-- In weeks through which one tree of units stands, and in all weeks where restated.
with whole_week as (
    select week.week_start, week.sunday, 'as_was' as org_basis
    from {{ ref('effort_week') }} as week
    where week.tree_from <= week.week_start
    union all
    select week.week_start, week.sunday, 'restated' as org_basis
    from {{ ref('effort_week') }} as week
),

own as (
    select
        effort.org_unit_id,
        effort.week_start,
        effort.org_basis,
        sum(effort.person_days) as person_days
    from {{ ref('fct_effort_seat') }} as effort
    group by effort.org_unit_id, effort.week_start, effort.org_basis
),

children as (
    select
        tree.ancestor_id as org_unit_id,
        week.week_start,
        week.org_basis,
        sum(child.person_days) as person_days
    from whole_week as week
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on
            week.org_basis = tree.org_basis
            and tree.depth = 1
            and week.sunday >= tree.valid_from
            and week.sunday < tree.valid_to
    inner join {{ ref('effort_unit_week') }} as child
        on
            tree.descendant_id = child.org_unit_id
            and week.week_start = child.week_start
            and week.org_basis = child.org_basis
    group by tree.ancestor_id, week.week_start, week.org_basis
)

select
    unit.org_unit_id,
    unit.week_start,
    unit.org_basis,
    unit.person_days,
    own.person_days as own_person_days,
    children.person_days as child_person_days
from {{ ref('effort_unit_week') }} as unit
inner join whole_week
    on unit.week_start = whole_week.week_start and unit.org_basis = whole_week.org_basis
left join own
    on
        unit.org_unit_id = own.org_unit_id
        and unit.week_start = own.week_start
        and unit.org_basis = own.org_basis
left join children
    on
        unit.org_unit_id = children.org_unit_id
        and unit.week_start = children.week_start
        and unit.org_basis = children.org_basis
where
    abs(unit.person_days - coalesce(own.person_days, 0) - coalesce(children.person_days, 0)) > 1e-6
