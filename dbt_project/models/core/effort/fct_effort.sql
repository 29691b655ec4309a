-- Person-days of a worker on a work item on a day (readings E1 to E5): the best basis that the day
-- has, worklog before status time before span. Worklogs count as written, scaled down to the day's
-- FTE where they exceed it; the other bases share the day's FTE equally.
with day_basis as (
    select
        candidate.worker_id,
        candidate.day,
        candidate.basis,
        count(*) as n_items,
        sum(candidate.seconds) as day_seconds,
        case candidate.basis
            when 'worklog' then 1
            when 'status_time' then 2
            else 3
        end as basis_rank,
        min(candidate.account_id) as account_id
    from {{ ref('effort_candidate') }} as candidate
    group by candidate.worker_id, candidate.day, candidate.basis
),

best_basis as (
    select day_basis.worker_id, day_basis.day, min(day_basis.basis_rank) as basis_rank
    from day_basis
    group by day_basis.worker_id, day_basis.day
),

worked_day as (
    select
        day_basis.worker_id,
        day_basis.day,
        day_basis.basis,
        day_basis.n_items,
        day_basis.day_seconds,
        accounts.person_id,
        coalesce(seat.person_fte, 1) as day_fte,
        cast(3600 * {{ var('hours_per_day') }} as {{ type_double() }}) as full_day_seconds
    from day_basis
    inner join best_basis
        on
            day_basis.worker_id = best_basis.worker_id
            and day_basis.day = best_basis.day
            and day_basis.basis_rank = best_basis.basis_rank
    inner join {{ ref('tracker_account') }} as accounts
        on day_basis.account_id = accounts.account_id
    left join {{ ref('fct_seat') }} as seat
        on
            accounts.person_id = seat.person_id
            and seat.is_primary_seat
            and day_basis.day >= seat.valid_from
            and day_basis.day < seat.valid_to
),

effort as (
    select
        candidate.worker_id || ' ' || cast(candidate.day as text) || ' ' || candidate.work_item_id
            as effort_id,
        worked_day.person_id,
        candidate.account_id,
        candidate.worker_id,
        candidate.day,
        candidate.work_item_id,
        candidate.basis,
        case
            when candidate.basis <> 'worklog' then worked_day.day_fte / worked_day.n_items
            when worked_day.day_seconds > worked_day.day_fte * worked_day.full_day_seconds
                then worked_day.day_fte * candidate.seconds / worked_day.day_seconds
            else candidate.seconds / worked_day.full_day_seconds
        end as person_days
    from {{ ref('effort_candidate') }} as candidate
    inner join worked_day
        on
            candidate.worker_id = worked_day.worker_id
            and candidate.day = worked_day.day
            and candidate.basis = worked_day.basis
)

select
    effort.effort_id,
    effort.person_id,
    effort.account_id,
    effort.worker_id,
    effort.day,
    {{ week_start('effort.day') }} as week_start,
    effort.work_item_id,
    items.initiative_id,
    cast(effort.person_days as {{ type_double() }}) as person_days,
    effort.basis
from effort
inner join {{ ref('dim_work_item') }} as items on effort.work_item_id = items.work_item_id
where effort.person_days > 0
