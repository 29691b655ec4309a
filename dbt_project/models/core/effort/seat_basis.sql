-- The seats in which a person's days count, by basis: those of the day, and restated, where the
-- seats of as_of hold for all time (reading E13).
select
    'as_was' as org_basis,
    seat.person_id,
    seat.assignment_id,
    seat.org_unit_id,
    seat.seat_share,
    seat.valid_from,
    seat.valid_to
from {{ ref('fct_seat') }} as seat
union all
select
    'restated' as org_basis,
    seat.person_id,
    seat.assignment_id,
    seat.org_unit_id,
    seat.seat_share,
    {{ beginning() }} as valid_from,
    {{ open_end() }} as valid_to
from {{ ref('fct_seat') }} as seat
where seat.valid_from <= {{ as_of_date() }} and seat.valid_to > {{ as_of_date() }}
