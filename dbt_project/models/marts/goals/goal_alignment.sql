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
    life.days_since_checkin,
    life.checkin_state,
    life.is_phantom_owned,
    week.links_to_shown_top as links_to_top
from {{ ref('goal_week') }} as week
inner join {{ ref('dim_goal') }} as goal on week.goal_id = goal.goal_id
inner join {{ ref('goal_week_shape') }} as shape
    on week.goal_id = shape.goal_id and week.week_start = shape.week_start
inner join {{ ref('goal_week_life') }} as life
    on week.goal_id = life.goal_id and week.week_start = life.week_start
where week.is_active and not week.is_partial and goal.is_published
