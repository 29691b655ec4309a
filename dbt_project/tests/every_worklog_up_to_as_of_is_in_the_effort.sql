select worklogs.worklog_id
from {{ ref('stg_worklogs') }} as worklogs
inner join {{ ref('tracker_account') }} as accounts on worklogs.account_id = accounts.account_id
left join {{ ref('fct_effort') }} as effort
    on
        accounts.worker_id = effort.worker_id
        and worklogs.work_item_id = effort.work_item_id
        and {{ local_date('worklogs.started_at', 'accounts.time_zone') }} = effort.day
        and effort.basis = 'worklog'
left join {{ ref('fct_seat') }} as seat
    on
        accounts.person_id = seat.person_id
        and seat.is_primary_seat
        and {{ local_date('worklogs.started_at', 'accounts.time_zone') }} >= seat.valid_from
        and {{ local_date('worklogs.started_at', 'accounts.time_zone') }} < seat.valid_to
where
    effort.effort_id is null
    and {{ local_date('worklogs.started_at', 'accounts.time_zone') }} <= {{ as_of_date() }}
    and coalesce(seat.person_fte, 1) > 0
