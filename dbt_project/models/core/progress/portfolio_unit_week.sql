-- The goals of a unit and of all below it in a week of effort, by basis (readings D1, D2).
with goal as (
    select
        tree.ancestor_id as unit_id,
        placed.*
    from {{ ref('portfolio_goal_week') }} as placed
    inner join {{ ref('effort_week') }} as week on placed.week_start = week.week_start
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on
            placed.org_unit_id = tree.descendant_id
            and placed.org_basis = tree.org_basis
            and week.sunday >= tree.valid_from
            and week.sunday < tree.valid_to
),

ranked as (
    select
        goal.unit_id,
        goal.week_start,
        goal.org_basis,
        goal.depth,
        row_number() over (
            partition by goal.unit_id, goal.week_start, goal.org_basis
            order by goal.depth, goal.goal_id
        ) as place,
        count(*) over (partition by goal.unit_id, goal.week_start, goal.org_basis) as n_goals
    from goal
    where goal.depth is not null
),

middle as (
    select
        ranked.unit_id,
        ranked.week_start,
        ranked.org_basis,
        cast(avg(ranked.depth) as {{ type_double() }}) as median_depth
    from ranked
    where 2 * ranked.place between ranked.n_goals and ranked.n_goals + 2
    group by ranked.unit_id, ranked.week_start, ranked.org_basis
),

counted as (
    select
        goal.unit_id,
        goal.week_start,
        goal.org_basis,
        count(*) as n_goals,
        count(case when goal.node_class = 'top' then 1 end) as n_top,
        count(case when goal.node_class = 'aligned' then 1 end) as n_aligned,
        count(case when goal.node_class = 'lapsed' then 1 end) as n_lapsed,
        count(case when goal.node_class = 'island' then 1 end) as n_island,
        count(case when goal.node_class = 'unaligned' then 1 end) as n_unaligned,
        count(case when goal.is_aligned_up then 1 end) as n_aligned_up,
        count(case when goal.is_cascaded_down then 1 end) as n_cascaded_down,
        count(goal.is_cascaded_down) as n_cascade_known,
        count(case when goal.is_shared then 1 end) as n_shared,
        count(case when goal.is_overloaded then 1 end) as n_overloaded,
        count(case when goal.checkin_state = 'fresh' then 1 end) as n_fresh,
        count(goal.checkin_state) as n_checkin_known,
        count(case when goal.is_phantom_owned then 1 end) as n_phantom_owned,
        cast(sum(goal.n_metrics) as bigint) as n_metrics,
        count(goal.n_metrics) as n_metrics_known
    from goal
    group by goal.unit_id, goal.week_start, goal.org_basis
)

select
    counted.unit_id as org_unit_id,
    counted.week_start,
    counted.org_basis,
    counted.n_goals,
    counted.n_top,
    counted.n_aligned,
    counted.n_lapsed,
    counted.n_island,
    counted.n_unaligned,
    counted.n_aligned_up,
    counted.n_cascaded_down,
    counted.n_cascade_known,
    counted.n_shared,
    counted.n_overloaded,
    counted.n_fresh,
    counted.n_checkin_known,
    counted.n_phantom_owned,
    counted.n_metrics,
    counted.n_metrics_known,
    middle.median_depth
from counted
left join middle
    on
        counted.unit_id = middle.unit_id
        and counted.week_start = middle.week_start
        and counted.org_basis = middle.org_basis
