-- Where a person sits on a week's Sunday: a row for each unit of a seat, while employed and not on
-- leave; restated, of a seat of as_of. Who has no unit, or one that is not in that tree, sits at
-- the root.
with bounds as (
    select min(week.sunday) as first_sunday, max(week.sunday) as last_sunday
    from {{ ref('effort_week') }} as week
),

clipped as (
    select
        seat.person_id,
        greatest(
            {{ date_add_days(week_start('seat.valid_from'), 6) }},
            bounds.first_sunday
        ) as first_sunday,
        least({{ date_add_days('seat.valid_to', -1) }}, bounds.last_sunday) as last_day
    from {{ ref('person_availability') }} as seat
    cross join bounds
    where bounds.first_sunday is not null
),

available as (
    {{ each_day('clipped', ['person_id'], 'first_sunday', 'last_day', step=7) }}
),

present as (
    select distinct available.person_id, available.day from available
)

select distinct
    present.person_id,
    {{ date_add_days('present.day', -6) }} as week_start,
    tree.org_basis,
    coalesce(unit.descendant_id, tree.root_org_unit_id) as org_unit_id
from present
inner join {{ ref('seat_basis') }} as seat
    on
        present.person_id = seat.person_id
        and present.day >= seat.valid_from
        and present.day < seat.valid_to
inner join {{ ref('org_tree_basis') }} as tree
    on
        seat.org_basis = tree.org_basis
        and present.day >= tree.valid_from
        and present.day < tree.valid_to
left join {{ ref('bridge_org_unit_basis') }} as unit
    on
        seat.org_unit_id = unit.descendant_id
        and seat.org_basis = unit.org_basis
        and unit.depth = 0
        and present.day >= unit.valid_from
        and present.day < unit.valid_to
