-- Days on which a person is employed and not on leave, by seat: half-open intervals.
with employed as (
    select
        seat.person_id,
        seat.assignment_id,
        seat.org_unit_id,
        seat.fte,
        person.country,
        person.subdivision,
        person.leave_from,
        greatest(
            person.leave_from,
            {{ date_add_days('coalesce(person.leave_to, ' ~ open_end() ~ ')', 1) }}
        ) as back_from,
        greatest(seat.valid_from, person.hired_on) as valid_from,
        least(seat.valid_to, {{ date_add_days('person.left_on', 1) }}) as valid_to
    from {{ ref('fct_seat') }} as seat
    inner join {{ ref('dim_person') }} as person on seat.person_id = person.person_id
),

around_leave as (
    select
        employed.*,
        employed.valid_from as piece_from,
        least(employed.valid_to, employed.leave_from) as piece_to
    from employed
    union all
    select employed.*, greatest(employed.valid_from, employed.back_from), employed.valid_to
    from employed
    where employed.leave_from is not null
)

select
    around_leave.person_id,
    around_leave.assignment_id,
    around_leave.org_unit_id,
    around_leave.fte,
    around_leave.country,
    around_leave.subdivision,
    around_leave.piece_from as valid_from,
    around_leave.piece_to as valid_to
from around_leave
where around_leave.piece_from < around_leave.piece_to
