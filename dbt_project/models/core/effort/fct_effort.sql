-- Person-days of a worker on a work item on a day (readings E1 to E5): the best basis that the day
-- has, worklog before status time before span. Worklogs count as written, scaled down to the day's
-- FTE where they exceed it; the other bases share the day's FTE equally.
with ranked as (
    select
        candidate.worker_id,
        candidate.day,
        candidate.work_item_id,
        candidate.account_id,
        candidate.basis,
        candidate.seconds,
        case candidate.basis when 'worklog' then 1 when 'status_time' then 2 else 3 end as basis_rank
    from {{ ref('effort_candidate') }} as candidate
),

measured as (
    select
        ranked.*,
        min(ranked.basis_rank) over (
            partition by ranked.worker_id, ranked.day
        ) as best_rank,
        sum(ranked.seconds) over (partition by ranked.worker_id, ranked.day) as day_seconds,
        count(*) over (
            partition by ranked.worker_id, ranked.day, ranked.basis_rank
        ) as n_items
    from ranked
),

timed as (
    select
        measured.*,
        accounts.person_id,
        coalesce(seat.person_fte, 1) as day_fte,
        cast(3600 * {{ var('hours_per_day') }} as {{ type_double() }}) as full_day_seconds
    from measured
    inner join {{ ref('tracker_account') }} as accounts on measured.account_id = accounts.account_id
    left join {{ ref('fct_seat') }} as seat
        on
            accounts.person_id = seat.person_id
            and seat.is_primary_seat
            and measured.day >= seat.valid_from
            and measured.day < seat.valid_to
    where measured.basis_rank = measured.best_rank
),

effort as (
    select
        timed.*,
        case
            when timed.basis <> 'worklog' then timed.day_fte / timed.n_items
            when timed.day_seconds > timed.day_fte * timed.full_day_seconds
                then timed.day_fte * timed.seconds / timed.day_seconds
            else timed.seconds / timed.full_day_seconds
        end as person_days
    from timed
)

select
    effort.worker_id || ' ' || cast(effort.day as text) || ' ' || effort.work_item_id as effort_id,
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
