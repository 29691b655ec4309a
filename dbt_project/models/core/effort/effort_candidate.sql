-- What may count as a worker's work on a day, by each of the three bases: worklogs of the day;
-- items held in a doing status while assigned; items assigned between their start and their end.
-- The last two hold on the worker's working days only and never for initiatives.
with assigned as (
    select
        held.work_item_id,
        held.held_from,
        held.held_to,
        accounts.*
    from {{ ref('work_item_interval') }} as held
    inner join {{ ref('dim_work_item') }} as items on held.work_item_id = items.work_item_id
    inner join {{ ref('tracker_account') }} as accounts
        on items.source || ':' || held.held_value = accounts.account_id
    where held.field = 'assignee' and not items.is_initiative
),

status_span as (
    select
        assigned.worker_id,
        assigned.account_id,
        assigned.work_item_id,
        'status_time' as basis,
        {{ local_date('greatest(assigned.held_from, doing.held_from)', 'assigned.time_zone') }} as first_day,
        {{ local_date(just_before('least(assigned.held_to, doing.held_to)'), 'assigned.time_zone') }} as last_day
    from assigned
    inner join {{ ref('work_item_interval') }} as doing
        on
            assigned.work_item_id = doing.work_item_id
            and doing.field = 'status_category'
            and doing.held_value = 'doing'
            and assigned.held_from < doing.held_to
            and doing.held_from < assigned.held_to
),

planned_span as (
    select
        assigned.worker_id,
        assigned.account_id,
        assigned.work_item_id,
        'span' as basis,
        greatest({{ local_date('assigned.held_from', 'assigned.time_zone') }}, items.started_on) as first_day,
        least(
            {{ local_date(just_before('assigned.held_to'), 'assigned.time_zone') }},
            {{ local_date('items.closed_at', 'assigned.time_zone') }}
        ) as last_day
    from assigned
    inner join {{ ref('dim_work_item') }} as items on assigned.work_item_id = items.work_item_id
    where items.started_on is not null
),

employed_span as (
    select
        spans.worker_id,
        spans.account_id,
        spans.work_item_id,
        spans.basis,
        accounts.country,
        accounts.subdivision,
        accounts.leave_from,
        accounts.leave_to,
        greatest(spans.first_day, accounts.hired_on) as first_day,
        least(spans.last_day, accounts.left_on, {{ as_of_date() }}) as last_day
    from (select * from status_span union all select * from planned_span) as spans
    inner join {{ ref('tracker_account') }} as accounts on spans.account_id = accounts.account_id
),

candidate_day as (
    {{ each_day('employed_span', ['worker_id', 'account_id', 'work_item_id', 'basis', 'country', 'subdivision', 'leave_from', 'leave_to'], 'first_day', 'last_day') }}
),

logged as (
    select
        accounts.worker_id,
        worklogs.account_id,
        worklogs.work_item_id,
        {{ local_date('worklogs.started_at', 'accounts.time_zone') }} as day,
        worklogs.seconds
    from {{ ref('stg_worklogs') }} as worklogs
    inner join {{ ref('tracker_account') }} as accounts
        on worklogs.account_id = accounts.account_id
)

select
    candidate_day.worker_id,
    candidate_day.day,
    candidate_day.work_item_id,
    candidate_day.basis,
    min(candidate_day.account_id) as account_id,
    cast(null as bigint) as seconds
from candidate_day
inner join {{ ref('working_day') }} as working_day
    on
        candidate_day.country = working_day.country
        and candidate_day.subdivision = working_day.subdivision
        and candidate_day.day = working_day.day
where
    candidate_day.leave_from is null
    or candidate_day.day < candidate_day.leave_from
    or candidate_day.day > candidate_day.leave_to
group by
    candidate_day.worker_id, candidate_day.day, candidate_day.work_item_id, candidate_day.basis
union all
select
    logged.worker_id,
    logged.day,
    logged.work_item_id,
    'worklog',
    min(logged.account_id),
    cast(sum(logged.seconds) as bigint)
from logged
where logged.day <= {{ as_of_date() }}
group by logged.worker_id, logged.day, logged.work_item_id
