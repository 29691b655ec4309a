-- How near a top goal an open initiative is in a week: the least depth of its active goals that are
-- top or aligned (reading R2b).
select linked.initiative_id, linked.week_start, min(goal.depth) as depth
from {{ ref('initiative_goal_week') }} as linked
inner join {{ ref('goal_week') }} as goal
    on
        linked.goal_id = goal.goal_id
        and linked.week_start = goal.week_start
        and goal.node_class in ('top', 'aligned')
group by linked.initiative_id, linked.week_start
