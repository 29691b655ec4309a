-- How many of a unit's shown goals are on track at a month's Sunday, of those that can be judged
-- (reading M4).
select
    goal.org_unit_id,
    goal.month_start,
    goal.org_basis,
    cast(count(case when progress.status_viva = 'on_track' then 1 end) as {{ type_double() }})
    / count(*) as on_pace_share
from {{ ref('goal_unit_month') }} as goal
inner join {{ ref('goal_progress') }} as progress
    on goal.goal_id = progress.goal_id and goal.week_start = progress.week_start
where progress.status_viva is not null
group by goal.org_unit_id, goal.month_start, goal.org_basis
