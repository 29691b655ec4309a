-- Effort of a unit and all below it in a week on a goal, as bridge_effort_goal splits it, by basis.
-- Each day counts by that day's tree, or restated.
with direct as (
    select
        effort.org_basis,
        effort.org_unit_id,
        effort.week_start,
        effort.tree_from,
        goal.goal_id,
        {{ exact_sum('effort.person_days * goal.share') }} as person_days
    from {{ ref('fct_effort_seat') }} as effort
    inner join {{ ref('bridge_effort_goal') }} as goal
        on effort.work_item_id = goal.work_item_id and effort.week_start = goal.week_start
    group by
        effort.org_basis, effort.org_unit_id, effort.week_start, effort.tree_from, goal.goal_id
)

select
    tree.ancestor_id as org_unit_id,
    direct.week_start,
    direct.org_basis,
    direct.goal_id,
    {{ exact_sum('direct.person_days') }} as person_days
from direct
inner join {{ ref('bridge_org_unit_basis') }} as tree
    on
        direct.org_unit_id = tree.descendant_id
        and direct.org_basis = tree.org_basis
        and direct.tree_from >= tree.valid_from
        and direct.tree_from < tree.valid_to
group by tree.ancestor_id, direct.week_start, direct.org_basis, direct.goal_id
