select
    effort.worker_id,
    effort.day,
    sum(effort.person_days) as person_days,
    max(coalesce(seat.person_fte, 1)) as fte
from {{ ref('fct_effort') }} as effort
left join {{ ref('fct_seat') }} as seat
    on
        effort.person_id = seat.person_id
        and seat.is_primary_seat
        and effort.day >= seat.valid_from
        and effort.day < seat.valid_to
group by effort.worker_id, effort.day
having sum(effort.person_days) > max(coalesce(seat.person_fte, 1)) + 1e-9
