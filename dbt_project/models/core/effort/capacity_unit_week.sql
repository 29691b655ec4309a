-- Person-days that the people of a unit and of all below it could give in a week: their FTE over
-- their working days, by each day's tree, or restated. Who has no unit, or one that is not in the
-- tree, counts at the root.
with bounds as (
    select min(week.week_start) as first_day, max(week.sunday) as last_day
    from {{ ref('effort_week') }} as week
),

clipped as (
    select
        staffing.org_basis,
        staffing.org_unit_id,
        staffing.country,
        staffing.subdivision,
        staffing.fte,
        greatest(staffing.valid_from, bounds.first_day) as first_day,
        least({{ date_add_days('staffing.valid_to', -1) }}, bounds.last_day) as last_day
    from {{ ref('unit_staffing') }} as staffing
    cross join bounds
    where bounds.first_day is not null
),

staffed_day as (
    {{ each_day(
        'clipped', ['org_basis', 'org_unit_id', 'country', 'subdivision', 'fte'],
        'first_day', 'last_day'
    ) }}
),

capacity_day as (
    select
        staffed_day.org_basis,
        staffed_day.org_unit_id,
        staffed_day.day,
        {{ exact_sum('staffed_day.fte') }} as person_days
    from staffed_day
    inner join {{ ref('working_day') }} as working_day
        on
            staffed_day.country = working_day.country
            and staffed_day.subdivision = working_day.subdivision
            and staffed_day.day = working_day.day
    group by staffed_day.org_basis, staffed_day.org_unit_id, staffed_day.day
),

placed as (
    select
        capacity_day.org_basis,
        coalesce(unit.descendant_id, tree.root_org_unit_id) as org_unit_id,
        {{ week_start('capacity_day.day') }} as week_start,
        tree.valid_from as tree_from,
        {{ exact_sum('capacity_day.person_days') }} as person_days
    from capacity_day
    inner join {{ ref('org_tree_basis') }} as tree
        on
            capacity_day.org_basis = tree.org_basis
            and capacity_day.day >= tree.valid_from
            and capacity_day.day < tree.valid_to
    left join {{ ref('bridge_org_unit_basis') }} as unit
        on
            capacity_day.org_unit_id = unit.descendant_id
            and capacity_day.org_basis = unit.org_basis
            and unit.depth = 0
            and capacity_day.day >= unit.valid_from
            and capacity_day.day < unit.valid_to
    group by
        capacity_day.org_basis,
        coalesce(unit.descendant_id, tree.root_org_unit_id),
        {{ week_start('capacity_day.day') }},
        tree.valid_from
)

select
    tree.ancestor_id as org_unit_id,
    placed.week_start,
    placed.org_basis,
    {{ exact_sum('placed.person_days') }} as capacity_person_days
from placed
inner join {{ ref('bridge_org_unit_basis') }} as tree
    on
        placed.org_unit_id = tree.descendant_id
        and placed.org_basis = tree.org_basis
        and placed.tree_from >= tree.valid_from
        and placed.tree_from < tree.valid_to
group by tree.ancestor_id, placed.week_start, placed.org_basis
