-- By the seats of the time and by those of as_of.
with basis as (
    select 'as_was' as org_basis
    union all
    select 'restated' as org_basis
),

seated as (
    select seat.effort_id, seat.org_basis, sum(seat.person_days) as person_days
    from {{ ref('fct_effort_seat') }} as seat
    group by seat.effort_id, seat.org_basis
)

select effort.effort_id, basis.org_basis, effort.person_days, seated.person_days as over_seats
from {{ ref('fct_effort') }} as effort
cross join basis
left join seated on effort.effort_id = seated.effort_id and basis.org_basis = seated.org_basis
where abs(coalesce(seated.person_days, 0) - effort.person_days) > 1e-9
