-- Signs of life of a goal up to each judged day: the last check-in, and the last day on which
-- anything moved: a check-in, a change, a reading of a metric in force, effort (reading G8).
with happened as (
    select goal_id, checked_on as day, checked_on as known_on, true as is_checkin
    from {{ ref('fct_goal_checkin') }}
    union all
    select goal_id, changed_on as day, changed_on as known_on, false as is_checkin
    from {{ ref('fct_goal_change') }}
    union all
    select
        in_force.goal_id,
        readings.observed_on as day,
        greatest(readings.observed_on, in_force.since) as known_on,
        false as is_checkin
    from (
        select goal_id, metric_id, min(valid_from) as since
        from {{ ref('goal_metric') }}
        group by goal_id, metric_id
    ) as in_force
    inner join {{ ref('fct_metric_observation') }} as readings
        on in_force.metric_id = readings.metric_id
    union all
    select shares.goal_id, efforts.day, efforts.day as known_on, false as is_checkin
    from (
        select distinct work_item_id, week_start, day
        from {{ ref('fct_effort') }}
    ) as efforts
    inner join {{ ref('bridge_effort_goal') }} as shares
        on
            efforts.work_item_id = shares.work_item_id
            and efforts.week_start = shares.week_start
),

happened_by_week as (
    select
        goal_id,
        {{ week_start('known_on') }} as week_start,
        max(day) as moved_on,
        max(case when is_checkin then day end) as checked_on
    from happened
    group by goal_id, {{ week_start('known_on') }}
),

spanned as (
    select goal_id, week_start from happened_by_week
    union
    select goal_id, week_start
    from {{ ref('goal_week_state') }}
    where is_active
)

select
    spanned.goal_id,
    spanned.week_start,
    max(happened_by_week.moved_on) over (
        partition by spanned.goal_id order by spanned.week_start
        rows between unbounded preceding and current row
    ) as last_moved_on,
    max(happened_by_week.checked_on) over (
        partition by spanned.goal_id order by spanned.week_start
        rows between unbounded preceding and current row
    ) as last_checked_on
from spanned
left join happened_by_week
    on
        spanned.goal_id = happened_by_week.goal_id
        and spanned.week_start = happened_by_week.week_start
