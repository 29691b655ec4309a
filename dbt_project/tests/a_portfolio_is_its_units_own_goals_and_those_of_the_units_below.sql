-- Of every unit, week and basis; over the roots together it is every active goal.
with own as (
    select placed.org_unit_id, placed.week_start, placed.org_basis, count(*) as n_goals
    from {{ ref('portfolio_goal_week') }} as placed
    group by placed.org_unit_id, placed.week_start, placed.org_basis
),

below as (
    select
        tree.ancestor_id as org_unit_id,
        goals.week_start,
        goals.org_basis,
        sum(goals.n_goals) as n_goals
    from {{ ref('portfolio_unit_week') }} as goals
    inner join {{ ref('effort_week') }} as week on goals.week_start = week.week_start
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on
            tree.depth = 1
            and goals.org_unit_id = tree.descendant_id
            and goals.org_basis = tree.org_basis
            and week.sunday >= tree.valid_from
            and week.sunday < tree.valid_to
    group by tree.ancestor_id, goals.week_start, goals.org_basis
),

part as (
    select own.org_unit_id, own.week_start, own.org_basis, own.n_goals from own
    union all
    select below.org_unit_id, below.week_start, below.org_basis, below.n_goals from below
),

whole as (
    select part.org_unit_id, part.week_start, part.org_basis, sum(part.n_goals) as n_goals
    from part
    group by part.org_unit_id, part.week_start, part.org_basis
),

active as (
    select week.week_start, count(*) as n_goals
    from {{ ref('goal_week') }} as week
    inner join {{ ref('effort_week') }} as counted on week.week_start = counted.week_start
    where week.is_active
    group by week.week_start
),

placed as (
    select own.week_start, own.org_basis, sum(own.n_goals) as n_goals
    from own
    group by own.week_start, own.org_basis
)

select whole.org_unit_id, whole.week_start, whole.org_basis
from whole
full join {{ ref('portfolio_unit_week') }} as goals
    on
        whole.org_unit_id = goals.org_unit_id
        and whole.week_start = goals.week_start
        and whole.org_basis = goals.org_basis
where coalesce(whole.n_goals, 0) <> coalesce(goals.n_goals, 0)
union all
select null as org_unit_id, active.week_start, placed.org_basis
from active
left join placed on active.week_start = placed.week_start
where coalesce(placed.n_goals, 0) <> active.n_goals
