-- A row a shown goal and week in which it is active on the Sunday: whether the tree holds.
select
    week.goal_id,
    week.week_start,
    week.org_unit_id,
    week.node_class,
    week.depth,
    shape.n_children,
    shape.is_aligned_up,
    shape.is_cascaded_down,
    shape.is_shared,
    shape.is_overloaded,
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
        as is_phantom_owned,
    week.links_to_shown_top as links_to_top
from {{ ref('goal_week') }} as week
inner join {{ ref('dim_goal') }} as goal on week.goal_id = goal.goal_id
inner join {{ ref('goal_source') }} as told on goal.source = told.source
inner join {{ ref('goal_week_shape') }} as shape
    on week.goal_id = shape.goal_id and week.week_start = shape.week_start
left join {{ ref('goal_week_sign') }} as sign
    on week.goal_id = sign.goal_id and week.week_start = sign.week_start
where week.is_active and not week.is_partial and goal.is_published
