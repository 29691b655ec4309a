-- What a goal was on each day, and the days on which it may be active: from its start, else its
-- creation, else first sight; to its end, else the day it was done or cancelled (reading G1), which
-- for a goal that no night saw open is the day of first sight.
with marked as (
    select
        told.*,
        coalesce(told.status in ('done', 'cancelled'), false) as is_finished,
        coalesce(
            lag(told.status) over (partition by told.goal_id order by told.valid_from)
            in ('done', 'cancelled'),
            false
        ) as was_finished
    from {{ ref('goal_value_history') }} as told
),

stretched as (
    select
        marked.*,
        sum(case when is_finished and was_finished then 0 else 1 end)
            over (partition by goal_id order by valid_from) as stretch
    from marked
),

finished as (
    select
        goal_id,
        stretch,
        min(case when is_assumed then valid_to else valid_from end) as finished_on
    from stretched
    where is_finished
    group by goal_id, stretch
)

select
    stretched.goal_id,
    stretched.status,
    stretched.level,
    units.org_unit_id as org_unit_ref_id,
    stretched.weight,
    stretched.starts_on,
    stretched.ends_on,
    coalesce(
        stretched.starts_on,
        {{ utc_date('goals.created_at') }},
        {{ utc_date('goals.first_seen_at') }}
    ) as active_from,
    coalesce(stretched.ends_on, finished.finished_on, {{ open_end() }}) as active_to,
    stretched.is_assumed,
    stretched.valid_from,
    stretched.valid_to
from stretched
inner join {{ ref('stg_goals') }} as goals on stretched.goal_id = goals.goal_id
left join finished
    on stretched.goal_id = finished.goal_id and stretched.stretch = finished.stretch
left join {{ ref('bridge_org_unit_ref') }} as units
    on stretched.source = units.source and stretched.org_unit_ref = units.org_unit_ref
