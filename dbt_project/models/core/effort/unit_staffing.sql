-- FTE of the people available with a seat directly in a unit, by their calendar of working days,
-- from a day to the next change. Restated, a person's FTE of the time is split over their seats of
-- as_of (reading E13). People without a unit are under the empty text.
with available as (
    select
        'as_was' as org_basis,
        seat.org_unit_id,
        seat.country,
        seat.subdivision,
        seat.valid_from,
        seat.valid_to,
        seat.fte
    from {{ ref('person_availability') }} as seat
    union all
    select
        seat_now.org_basis,
        seat_now.org_unit_id,
        seat.country,
        seat.subdivision,
        seat.valid_from,
        seat.valid_to,
        seat.fte * seat_now.seat_share
    from {{ ref('person_availability') }} as seat
    inner join {{ ref('seat_basis') }} as seat_now
        on seat.person_id = seat_now.person_id and seat_now.org_basis = 'restated'
),

movement as (
    select
        available.org_basis,
        coalesce(available.org_unit_id, '') as org_unit_id,
        available.country,
        available.subdivision,
        available.valid_from as day,
        cast(available.fte as decimal(38, 18)) as fte
    from available
    union all
    select
        available.org_basis,
        coalesce(available.org_unit_id, ''),
        available.country,
        available.subdivision,
        available.valid_to,
        cast(-available.fte as decimal(38, 18))
    from available
),

movement_of_day as (
    select
        movement.org_basis,
        movement.org_unit_id,
        movement.country,
        movement.subdivision,
        movement.day,
        sum(movement.fte) as fte
    from movement
    group by
        movement.org_basis,
        movement.org_unit_id,
        movement.country,
        movement.subdivision,
        movement.day
),

level as (
    select
        moved.org_basis,
        moved.org_unit_id,
        moved.country,
        moved.subdivision,
        moved.day as valid_from,
        lead(moved.day) over (
            partition by moved.org_basis, moved.org_unit_id, moved.country, moved.subdivision
            order by moved.day
        ) as valid_to,
        sum(moved.fte) over (
            partition by moved.org_basis, moved.org_unit_id, moved.country, moved.subdivision
            order by moved.day
        ) as fte
    from movement_of_day as moved
)

select
    level.org_basis,
    level.org_unit_id,
    level.country,
    level.subdivision,
    level.valid_from,
    level.valid_to,
    cast(level.fte as {{ type_double() }}) as fte
from level
where level.fte > 0
