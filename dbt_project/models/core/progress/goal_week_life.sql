-- A row a goal and judged week in which it is active: whether somebody looks after it (reading G8).
select
    week.goal_id,
    week.week_start,
    {{ days_between('sign.last_checked_on', 'week.judged_on') }} as days_since_checkin,
    case
        when not told.has_checkins then null
        when sign.last_checked_on is null then 'never'
        when
            {{ days_between('sign.last_checked_on', 'week.judged_on') }}
            <= coalesce(goal.checkin_cadence_days, 30)
            then 'fresh'
        else 'late'
    end as checkin_state,
    shape.is_owned
    and week.active_from <= {{ date_add_days('week.judged_on', -90) }}
    and coalesce(sign.last_moved_on <= {{ date_add_days('week.judged_on', -90) }}, true)
        as is_phantom_owned
from {{ ref('goal_week') }} as week
inner join {{ ref('dim_goal') }} as goal on week.goal_id = goal.goal_id
inner join {{ ref('goal_source') }} as told on goal.source = told.source
inner join {{ ref('goal_week_shape') }} as shape
    on week.goal_id = shape.goal_id and week.week_start = shape.week_start
left join {{ ref('goal_week_sign') }} as sign
    on week.goal_id = sign.goal_id and week.week_start = sign.week_start
where week.is_active
