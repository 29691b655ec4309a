-- The goals of an open initiative in a week of effort on whose Sunday it is open (reading R2b):
-- those of the nearest of itself and what is above it that has a valid link (readings L1, L4).
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

valid as (
    select
        open_week.initiative_id,
        open_week.week_start,
        links.goal_id,
        bridge.depth,
        min(bridge.depth) over (
            partition by open_week.initiative_id, open_week.week_start
        ) as nearest_depth
    from open_week
    inner join {{ ref('bridge_work_item') }} as bridge
        on open_week.initiative_id = bridge.descendant_id
    inner join {{ ref('bridge_goal_initiative') }} as links
        on
            bridge.ancestor_id = links.work_item_id
            and links.linked_on <= {{ date_add_days('open_week.sunday', 14) }}
            and links.linked_on <= {{ as_of_date() }}
            and (links.unlinked_on is null or links.unlinked_on > open_week.sunday)
    inner join {{ ref('dim_goal') }} as goal
        on
            links.goal_id = goal.goal_id
            and (
                goal.deleted_at is null
                or {{ utc_date('goal.deleted_at') }} > open_week.sunday
            )
)

select distinct valid.initiative_id, valid.week_start, valid.goal_id
from valid
where valid.depth = valid.nearest_depth
