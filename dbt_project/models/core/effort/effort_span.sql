-- First and last day on which an item may count as a worker's work without a worklog: held in a
-- doing status while assigned, or assigned between its start and its end. Never for initiatives.
with assigned as (
    select
        held.work_item_id,
        held.held_from,
        held.held_to,
        items.started_on,
        items.closed_at,
        accounts.worker_id,
        accounts.account_id,
        accounts.time_zone,
        accounts.hired_on,
        accounts.left_on
    from {{ ref('work_item_interval') }} as held
    inner join {{ ref('dim_work_item') }} as items on held.work_item_id = items.work_item_id
    inner join {{ ref('tracker_account') }} as accounts
        on items.source || ':' || held.held_value = accounts.account_id
    where held.field = 'assignee' and not items.is_initiative
),

held_span as (
    select
        assigned.*,
        'status_time' as basis,
        greatest(assigned.held_from, doing.held_from) as span_from,
        least(assigned.held_to, doing.held_to) as span_to,
        cast(null as date) as not_before,
        cast(null as timestamptz) as ends_at
    from assigned
    inner join {{ ref('work_item_interval') }} as doing
        on
            assigned.work_item_id = doing.work_item_id
            and doing.field = 'status_category'
            and doing.held_value = 'doing'
            and assigned.held_from < doing.held_to
            and doing.held_from < assigned.held_to
    union all
    select
        assigned.*,
        'span' as basis,
        assigned.held_from as span_from,
        assigned.held_to as span_to,
        assigned.started_on as not_before,
        assigned.closed_at as ends_at
    from assigned
    where assigned.started_on is not null
),

dated as (
    select
        held_span.worker_id,
        held_span.account_id,
        held_span.work_item_id,
        held_span.basis,
        greatest(
            {{ local_date('held_span.span_from', 'held_span.time_zone') }},
            held_span.not_before,
            held_span.hired_on
        ) as first_day,
        least(
            {{ local_date(just_before('held_span.span_to'), 'held_span.time_zone') }},
            {{ local_date('held_span.ends_at', 'held_span.time_zone') }},
            held_span.left_on,
            {{ as_of_date() }}
        ) as last_day
    from held_span
)

select distinct
    dated.worker_id,
    dated.account_id,
    dated.work_item_id,
    dated.basis,
    dated.first_day,
    dated.last_day
from dated
where dated.first_day <= dated.last_day
