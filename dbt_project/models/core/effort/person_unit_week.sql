-- Where a person sits on a week's Sunday: a row for each unit of a seat, while employed and not on
-- leave. Who has no unit, or one that is not in that Sunday's tree, sits at the root.
with bounds as (
    select min(week.sunday) as first_sunday, max(week.sunday) as last_sunday
    from {{ ref('effort_week') }} as week
),

clipped as (
    select
        seat.person_id,
        seat.org_unit_id,
        greatest(
            {{ date_add_days(week_start('seat.valid_from'), 6) }},
            bounds.first_sunday
        ) as first_sunday,
        least({{ date_add_days('seat.valid_to', -1) }}, bounds.last_sunday) as last_day
    from {{ ref('person_availability') }} as seat
    cross join bounds
),

present as (
    {{ each_day('clipped', ['person_id', 'org_unit_id'], 'first_sunday', 'last_day', step=7) }}
)

select distinct
    present.person_id,
    week.week_start,
    coalesce(unit.descendant_id, week.root_org_unit_id) as org_unit_id
from present
inner join {{ ref('effort_week') }} as week on present.day = week.sunday
left join {{ ref('bridge_org_unit_history') }} as unit
    on
        present.org_unit_id = unit.descendant_id
        and unit.depth = 0
        and week.sunday >= unit.valid_from
        and week.sunday < unit.valid_to
