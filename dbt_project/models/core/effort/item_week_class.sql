-- The class of a work item's effort in a week: the best of its goals (reading E7). Effort on an
-- active goal of class unaligned is island; work with neither link nor initiative is unknown.
with effort_week as (
    select distinct effort.work_item_id, effort.week_start, effort.initiative_id
    from {{ ref('fct_effort') }} as effort
),

ranked as (
    select
        linked.work_item_id,
        linked.week_start,
        min(
            case
                when goal.is_active and goal.node_class = 'top' then 1
                when goal.is_active and goal.node_class = 'aligned' then 2
                when goal.is_active and goal.node_class = 'lapsed' then 3
                when goal.is_active then 4
                when goal.is_ended then 5
                else 6
            end
        ) as best
    from {{ ref('item_goal_week') }} as linked
    left join {{ ref('goal_week') }} as goal
        on linked.goal_id = goal.goal_id and linked.week_start = goal.week_start
    group by linked.work_item_id, linked.week_start
)

select
    effort_week.work_item_id,
    effort_week.week_start,
    least({{ date_add_days('effort_week.week_start', 6) }}, {{ as_of_date() }}) as judged_on,
    case ranked.best
        when 1 then 'top'
        when 2 then 'aligned'
        when 3 then 'lapsed'
        when 4 then 'island'
        when 5 then 'expired'
        else 'unaligned'
    end as node_class,
    ranked.best is null and effort_week.initiative_id is null as is_unknown
from effort_week
left join ranked
    on
        effort_week.work_item_id = ranked.work_item_id
        and effort_week.week_start = ranked.week_start
