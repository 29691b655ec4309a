-- Where neither the units of goals nor the tree moved, a unit has the same goals on both bases, and
-- all that is said of goals must be the same. Only how many units there are may differ.
with home as (
    select
        as_was.week_start,
        as_was.org_unit_id as unit_then,
        restated.org_unit_id as unit_now,
        as_was.goal_id
    from {{ ref('portfolio_goal_week') }} as as_was
    inner join {{ ref('portfolio_goal_week') }} as restated
        on
            as_was.goal_id = restated.goal_id
            and as_was.week_start = restated.week_start
            and restated.org_basis = 'restated'
    where as_was.org_basis = 'as_was'
),

in_both as (
    select tree_then.ancestor_id as org_unit_id, home.week_start, count(*) as n_goals
    from home
    inner join {{ ref('effort_week') }} as week on home.week_start = week.week_start
    inner join {{ ref('bridge_org_unit_basis') }} as tree_then
        on
            tree_then.org_basis = 'as_was'
            and home.unit_then = tree_then.descendant_id
            and week.sunday >= tree_then.valid_from
            and week.sunday < tree_then.valid_to
    inner join {{ ref('bridge_org_unit_basis') }} as tree_now
        on
            tree_now.org_basis = 'restated'
            and home.unit_now = tree_now.descendant_id
            and tree_then.ancestor_id = tree_now.ancestor_id
    group by tree_then.ancestor_id, home.week_start
)

select as_was.org_unit_id, as_was.week_start
from in_both
inner join {{ ref('portfolio_unit_week') }} as as_was
    on
        as_was.org_basis = 'as_was'
        and in_both.org_unit_id = as_was.org_unit_id
        and in_both.week_start = as_was.week_start
        and in_both.n_goals = as_was.n_goals
inner join {{ ref('portfolio_unit_week') }} as restated
    on
        restated.org_basis = 'restated'
        and in_both.org_unit_id = restated.org_unit_id
        and in_both.week_start = restated.week_start
        and in_both.n_goals = restated.n_goals
where
    as_was.n_top <> restated.n_top
    or as_was.n_aligned <> restated.n_aligned
    or as_was.n_aligned_up <> restated.n_aligned_up
    or as_was.n_cascaded_down <> restated.n_cascaded_down
    or as_was.n_shared <> restated.n_shared
    or as_was.n_fresh <> restated.n_fresh
    or as_was.n_metrics <> restated.n_metrics
    or as_was.median_depth <> restated.median_depth
