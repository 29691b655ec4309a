-- Goals of a work item in a week in which it has effort: the valid links of the nearest of itself
-- and what is above it that has any (readings L1, L4). A running week is judged on as_of_date.
with effort_week as (
    select distinct
        effort.work_item_id,
        effort.week_start,
        least({{ date_add_days('effort.week_start', 6) }}, {{ as_of_date() }}) as judged_on
    from {{ ref('fct_effort') }} as effort
),

valid as (
    select
        effort_week.work_item_id,
        effort_week.week_start,
        effort_week.judged_on,
        links.goal_id,
        bridge.depth as link_depth,
        case when bridge.depth = 0 then links.method else 'hierarchy' end as method,
        case when bridge.depth = 0 then links.confidence else 0.8 end as confidence,
        min(bridge.depth) over (
            partition by effort_week.work_item_id, effort_week.week_start
        ) as nearest_depth
    from effort_week
    inner join {{ ref('bridge_work_item') }} as bridge
        on effort_week.work_item_id = bridge.descendant_id
    inner join {{ ref('bridge_goal_initiative') }} as links
        on
            bridge.ancestor_id = links.work_item_id
            and links.linked_on <= {{ date_add_days('effort_week.judged_on', 14) }}
            and links.linked_on <= {{ as_of_date() }}
            and (links.unlinked_on is null or links.unlinked_on > effort_week.judged_on)
    inner join {{ ref('dim_goal') }} as goal
        on
            links.goal_id = goal.goal_id
            and (
                goal.deleted_at is null
                or {{ utc_date('goal.deleted_at') }} > effort_week.judged_on
            )
),

nearest as (
    select
        valid.*,
        row_number() over (
            partition by valid.work_item_id, valid.week_start, valid.goal_id
            order by valid.confidence desc, valid.method
        ) as choice
    from valid
    where valid.link_depth = valid.nearest_depth
)

select
    nearest.work_item_id,
    nearest.week_start,
    nearest.judged_on,
    nearest.goal_id,
    nearest.link_depth,
    nearest.method,
    cast(nearest.confidence as {{ type_double() }}) as confidence
from nearest
where nearest.choice = 1
