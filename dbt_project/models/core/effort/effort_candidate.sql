-- What may count as a worker's work on a day, by each of the three bases: worklogs of the day, on
-- whatever day; items in a doing status or between start and end, on the worker's working days.
with span_day as (
    {{ each_day(
        ref('effort_span'), ['worker_id', 'account_id', 'work_item_id', 'basis'],
        'first_day', 'last_day'
    ) }}
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
    span_day.worker_id,
    span_day.day,
    span_day.work_item_id,
    span_day.basis,
    min(span_day.account_id) as account_id,
    cast(null as bigint) as seconds
from span_day
inner join {{ ref('tracker_account') }} as accounts on span_day.account_id = accounts.account_id
inner join {{ ref('working_day') }} as working_day
    on
        accounts.country = working_day.country
        and accounts.subdivision = working_day.subdivision
        and span_day.day = working_day.day
where
    accounts.leave_from is null
    or span_day.day < accounts.leave_from
    or span_day.day > accounts.leave_to
group by span_day.worker_id, span_day.day, span_day.work_item_id, span_day.basis
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
