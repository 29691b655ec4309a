-- A person's shortest path from their work to a top goal in a week (reading R2): over a goal that
-- they own, an initiative that they own, or work of the last 28 days.
with path as (
    select owner.owner_person_id as person_id, week.week_start, goal.depth + 1 as path_length
    from {{ ref('goal_owner') }} as owner
    inner join {{ ref('effort_week') }} as week
        on owner.valid_from <= week.sunday and week.sunday < owner.valid_to
    inner join {{ ref('goal_week') }} as goal
        on
            owner.goal_id = goal.goal_id
            and week.week_start = goal.week_start
            and goal.node_class in ('top', 'aligned')
    where owner.owner_person_id is not null
    union all
    select item.assignee_person_id, near.week_start, near.depth + 2
    from {{ ref('initiative_week_depth') }} as near
    inner join {{ ref('dim_work_item') }} as item on near.initiative_id = item.work_item_id
    where item.assignee_person_id is not null
    union all
    select effort.person_id, effort.week_start, effort.depth + 2
    from {{ ref('person_week_effort') }} as effort
    where
        effort.depth is not null
        and (
            cast(effort.person_days_reaching as decimal(38, 9)) >= 1
            or cast(effort.person_days_reaching * 10 as decimal(38, 9))
            >= cast(effort.person_days as decimal(38, 9))
        )
)

select path.person_id, path.week_start, min(path.path_length) as path_length
from path
group by path.person_id, path.week_start
