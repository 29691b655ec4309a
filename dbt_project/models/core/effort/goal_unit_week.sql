-- The unit of a goal in a week of effort (reading G9), by basis: that of the week, and restated
-- that of the last week in which the goal exists (reading E11). It counts in that unit where the
-- unit is in the Sunday's tree (restated: in that of as_of), else at the root.
with last_seen as (
    select
        goal.goal_id,
        goal.org_unit_id,
        row_number() over (partition by goal.goal_id order by goal.week_start desc) as place
    from {{ ref('goal_week') }} as goal
),

placed as (
    select 'as_was' as org_basis, goal.goal_id, goal.week_start, goal.is_active, goal.org_unit_id
    from {{ ref('goal_week') }} as goal
    union all
    select 'restated', goal.goal_id, goal.week_start, goal.is_active, last_seen.org_unit_id
    from {{ ref('goal_week') }} as goal
    inner join last_seen on goal.goal_id = last_seen.goal_id and last_seen.place = 1
)

select
    placed.goal_id,
    placed.week_start,
    placed.org_basis,
    placed.is_active,
    placed.org_unit_id,
    coalesce(unit.descendant_id, tree.root_org_unit_id) as home_org_unit_id
from placed
inner join {{ ref('effort_week') }} as week on placed.week_start = week.week_start
inner join {{ ref('org_tree_basis') }} as tree
    on
        placed.org_basis = tree.org_basis
        and week.sunday >= tree.valid_from
        and week.sunday < tree.valid_to
left join {{ ref('bridge_org_unit_basis') }} as unit
    on
        placed.org_unit_id = unit.descendant_id
        and placed.org_basis = unit.org_basis
        and unit.depth = 0
        and week.sunday >= unit.valid_from
        and week.sunday < unit.valid_to
