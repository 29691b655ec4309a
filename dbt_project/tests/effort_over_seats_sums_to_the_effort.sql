select effort.effort_id, min(effort.person_days) as person_days, sum(seat.person_days) as over_seats
from {{ ref('fct_effort') }} as effort
left join {{ ref('fct_effort_seat') }} as seat on effort.effort_id = seat.effort_id
group by effort.effort_id
having abs(coalesce(sum(seat.person_days), 0) - min(effort.person_days)) > 1e-9
