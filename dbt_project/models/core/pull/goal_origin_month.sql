-- Where an active goal came from, on a month's Sunday (reading H1): as its source says, else from
-- who created it. A row a goal and month; null where unknown.
with month_week as (
    select distinct unit_month.month_start, unit_month.week_start, unit_month.sunday
    from {{ ref('unit_month') }} as unit_month
),

goal as (
    select
        week.goal_id,
        month_week.month_start,
        month_week.sunday,
        week.org_unit_id,
        goals.origin,
        creator.person_id as creator_id
    from month_week
    inner join {{ ref('goal_week') }} as week
        on month_week.week_start = week.week_start and week.is_active
    inner join {{ ref('stg_goals') }} as goals on week.goal_id = goals.goal_id
    left join {{ ref('bridge_identity') }} as creator
        on goals.source = creator.source and goals.created_by_ref = creator.account_ref
),

owner as (
    select
        goal.goal_id,
        goal.month_start,
        count(owners.owner_person_id) as n_named,
        max(case when owners.owner_person_id = goal.creator_id then 1 else 0 end) as is_creator
    from goal
    inner join {{ ref('goal_owner') }} as owners
        on
            goal.goal_id = owners.goal_id
            and owners.valid_from <= goal.sunday
            and goal.sunday < owners.valid_to
    group by goal.goal_id, goal.month_start
),

creator_place as (
    select
        goal.goal_id,
        goal.month_start,
        max(case when below.descendant_id is not null then 1 else 0 end) as is_inside
    from goal
    inner join {{ ref('fct_seat') }} as seat
        on
            goal.creator_id = seat.person_id
            and seat.is_primary_seat
            and seat.valid_from <= goal.sunday
            and goal.sunday < seat.valid_to
    inner join {{ ref('bridge_org_unit_history') }} as below
        on
            goal.org_unit_id = below.ancestor_id
            and seat.org_unit_id = below.descendant_id
            and below.valid_from <= goal.sunday
            and goal.sunday < below.valid_to
    group by goal.goal_id, goal.month_start
),

creator_above as (
    select distinct goal.goal_id, goal.month_start
    from goal
    inner join {{ ref('bridge_org_unit_history') }} as above
        on
            goal.org_unit_id = above.descendant_id
            and above.depth > 0
            and above.valid_from <= goal.sunday
            and goal.sunday < above.valid_to
    inner join {{ ref('dim_org_unit_history') }} as unit
        on
            above.ancestor_id = unit.org_unit_id
            and unit.head_person_id = goal.creator_id
            and unit.valid_from <= goal.sunday
            and goal.sunday < unit.valid_to
)

select
    goal.goal_id,
    goal.month_start,
    case
        when goal.origin is not null then goal.origin
        when owner.is_creator = 1 then 'self_set'
        when coalesce(owner.n_named, 0) = 0 and creator_place.is_inside = 1 then 'self_set'
        when creator_above.goal_id is not null then 'assigned'
    end as origin
from goal
left join owner on goal.goal_id = owner.goal_id and goal.month_start = owner.month_start
left join creator_place
    on
        goal.goal_id = creator_place.goal_id
        and goal.month_start = creator_place.month_start
left join creator_above
    on
        goal.goal_id = creator_above.goal_id
        and goal.month_start = creator_above.month_start
