-- Every initiative in every week of effort on whose Sunday it is open (reading R2b), and whether it
-- or what is above it has a goal then (readings L1, L4).
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

link as (
    select
        bridge.descendant_id as initiative_id,
        links.linked_on,
        links.unlinked_on,
        {{ utc_date('goal.deleted_at') }} as goal_deleted_on
    from {{ ref('bridge_work_item') }} as bridge
    inner join {{ ref('bridge_goal_initiative') }} as links
        on bridge.ancestor_id = links.work_item_id
    inner join {{ ref('dim_goal') }} as goal on links.goal_id = goal.goal_id
    where links.linked_on <= {{ as_of_date() }}
)

select
    open_week.initiative_id,
    open_week.week_start,
    open_week.sunday,
    count(link.initiative_id) > 0 as has_goal
from open_week
left join link
    on
        open_week.initiative_id = link.initiative_id
        and link.linked_on <= {{ date_add_days('open_week.sunday', 14) }}
        and (link.unlinked_on is null or link.unlinked_on > open_week.sunday)
        and (link.goal_deleted_on is null or link.goal_deleted_on > open_week.sunday)
group by open_week.initiative_id, open_week.week_start, open_week.sunday
