-- The highest active goals of a unit and all below it on a week's Sunday that have a weight and may
-- be shown: those that contribute to no other active goal in the unit (reading E12).
with inside as (
    select tree.ancestor_id as org_unit_id, goal.week_start, goal.org_basis, goal.goal_id
    from {{ ref('goal_unit_week') }} as goal
    inner join {{ ref('effort_week') }} as week on goal.week_start = week.week_start
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on
            goal.home_org_unit_id = tree.descendant_id
            and goal.org_basis = tree.org_basis
            and week.sunday >= tree.valid_from
            and week.sunday < tree.valid_to
    where goal.is_active
),

weighted as (
    select inside.org_unit_id, inside.week_start, inside.org_basis, inside.goal_id, history.weight
    from inside
    inner join {{ ref('effort_week') }} as week on inside.week_start = week.week_start
    inner join {{ ref('stg_goals') }} as goal
        on inside.goal_id = goal.goal_id and goal.is_published
    inner join {{ ref('dim_goal_history') }} as history
        on
            inside.goal_id = history.goal_id
            and history.valid_from <= week.sunday
            and history.valid_to > week.sunday
            and history.weight > 0
),

lower_goal as (
    select distinct
        weighted.org_unit_id, weighted.week_start, weighted.org_basis, weighted.goal_id
    from weighted
    inner join {{ ref('goal_week_above') }} as above
        on
            weighted.goal_id = above.goal_id
            and weighted.week_start = above.week_start
            and above.ancestor_id <> above.goal_id
    inner join inside
        on
            above.ancestor_id = inside.goal_id
            and weighted.org_unit_id = inside.org_unit_id
            and weighted.week_start = inside.week_start
            and weighted.org_basis = inside.org_basis
)

select
    weighted.org_unit_id,
    weighted.week_start,
    weighted.org_basis,
    weighted.goal_id,
    cast(weighted.weight as {{ type_double() }}) as weight
from weighted
left join lower_goal
    on
        weighted.org_unit_id = lower_goal.org_unit_id
        and weighted.week_start = lower_goal.week_start
        and weighted.org_basis = lower_goal.org_basis
        and weighted.goal_id = lower_goal.goal_id
where lower_goal.goal_id is null
