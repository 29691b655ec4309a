-- Every initiative in every week of effort on whose Sunday it is open (reading R2b), and whether
-- one of its goals of that week is active (reading N1).
with open_week as (
    select initiative.work_item_id as initiative_id, week.week_start, week.sunday
    from {{ ref('dim_work_item') }} as initiative
    inner join {{ ref('effort_week') }} as week
        on
            {{ utc_date('initiative.created_at') }} <= week.sunday
            and (
                initiative.closed_at is null
                or {{ utc_date('initiative.closed_at') }} > week.sunday
            )
            and (
                initiative.deleted_at is null
                or {{ utc_date('initiative.deleted_at') }} > week.sunday
            )
    where initiative.is_initiative
),

served as (
    select distinct linked.initiative_id, linked.week_start
    from {{ ref('initiative_goal_week') }} as linked
    inner join {{ ref('goal_week') }} as goal
        on
            linked.goal_id = goal.goal_id
            and linked.week_start = goal.week_start
            and goal.is_active
)

select
    open_week.initiative_id,
    open_week.week_start,
    open_week.sunday,
    served.initiative_id is not null as has_goal
from open_week
left join served
    on
        open_week.initiative_id = served.initiative_id
        and open_week.week_start = served.week_start
