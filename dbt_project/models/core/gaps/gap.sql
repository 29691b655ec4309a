-- A row a gap that was ever there: since when the last unbroken run of weeks, whether it still is
-- (reading N1).
with marked as (
    select
        week.kind,
        week.subject_id,
        week.week_start,
        case
            when
                lag(week.week_start) over (
                    partition by week.kind, week.subject_id order by week.week_start
                ) = {{ date_add_days('week.week_start', -7) }}
                then 0
            else 1
        end as begins
    from {{ ref('gap_week') }} as week
),

run as (
    select
        marked.*,
        sum(marked.begins) over (
            partition by marked.kind, marked.subject_id order by marked.week_start
        ) as run_number
    from marked
),

span as (
    select
        run.kind,
        run.subject_id,
        run.run_number,
        min(run.week_start) as first_week,
        max(run.week_start) as last_week
    from run
    group by run.kind, run.subject_id, run.run_number
),

ranked as (
    select
        span.*,
        min(span.first_week) over (partition by span.kind, span.subject_id) as first_seen,
        row_number() over (
            partition by span.kind, span.subject_id order by span.run_number desc
        ) as rank_of_run
    from span
),

judged as (
    select max(week.week_start) as last_week
    from {{ ref('judged_week') }} as week
    where not week.is_partial
)

select
    ranked.kind || '|' || ranked.subject_id as gap_id,
    ranked.kind,
    ranked.subject_id,
    ranked.first_week as since,
    ranked.first_seen,
    ranked.last_week = judged.last_week as is_open,
    case
        when ranked.last_week < judged.last_week
            then {{ date_add_days('ranked.last_week', 13) }}
    end as resolved_on
from ranked
cross join judged
where ranked.rank_of_run = 1
