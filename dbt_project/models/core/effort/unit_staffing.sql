-- FTE of the people available with a seat directly in a unit, by their calendar of working days,
-- from a day to the next change. People without a unit are under the empty text.
with movement as (
    select
        coalesce(seat.org_unit_id, '') as org_unit_id,
        seat.country,
        seat.subdivision,
        seat.valid_from as day,
        cast(seat.fte as decimal(38, 18)) as fte
    from {{ ref('person_availability') }} as seat
    union all
    select
        coalesce(seat.org_unit_id, ''),
        seat.country,
        seat.subdivision,
        seat.valid_to,
        cast(-seat.fte as decimal(38, 18))
    from {{ ref('person_availability') }} as seat
),

movement_of_day as (
    select
        movement.org_unit_id,
        movement.country,
        movement.subdivision,
        movement.day,
        sum(movement.fte) as fte
    from movement
    group by movement.org_unit_id, movement.country, movement.subdivision, movement.day
),

level as (
    select
        moved.org_unit_id,
        moved.country,
        moved.subdivision,
        moved.day as valid_from,
        lead(moved.day) over (
            partition by moved.org_unit_id, moved.country, moved.subdivision order by moved.day
        ) as valid_to,
        sum(moved.fte) over (
            partition by moved.org_unit_id, moved.country, moved.subdivision order by moved.day
        ) as fte
    from movement_of_day as moved
)

select
    level.org_unit_id,
    level.country,
    level.subdivision,
    level.valid_from,
    level.valid_to,
    cast(level.fte as {{ type_double() }}) as fte
from level
where level.fte > 0
