-- In weeks through which one tree of units stands.
with whole_week as (
    select week.week_start, week.sunday
    from {{ ref('effort_week') }} as week
    where week.tree_from <= week.week_start
),

own as (
    select effort.org_unit_id, effort.week_start, sum(effort.person_days) as person_days
    from {{ ref('fct_effort_seat') }} as effort
    group by effort.org_unit_id, effort.week_start
),

children as (
    select tree.ancestor_id as org_unit_id, week.week_start, sum(child.person_days) as person_days
    from whole_week as week
    inner join {{ ref('bridge_org_unit_history') }} as tree
        on tree.depth = 1 and week.sunday >= tree.valid_from and week.sunday < tree.valid_to
    inner join {{ ref('effort_unit_week') }} as child
        on tree.descendant_id = child.org_unit_id and week.week_start = child.week_start
    group by tree.ancestor_id, week.week_start
)

select
    unit.org_unit_id,
    unit.week_start,
    unit.person_days,
    own.person_days as own_person_days,
    children.person_days as child_person_days
from {{ ref('effort_unit_week') }} as unit
inner join whole_week on unit.week_start = whole_week.week_start
left join own on unit.org_unit_id = own.org_unit_id and unit.week_start = own.week_start
left join children
    on unit.org_unit_id = children.org_unit_id and unit.week_start = children.week_start
where
    abs(unit.person_days - coalesce(own.person_days, 0) - coalesce(children.person_days, 0)) > 1e-6
