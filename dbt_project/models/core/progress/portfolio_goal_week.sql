-- A row an active goal of any level, week of effort and basis: the unit where it counts, and what
-- portfolios count of it (readings D1, D2).
with metric as (
    select
        week.goal_id,
        week.week_start,
        count(distinct targets.metric_id) as n_metrics
    from {{ ref('goal_week') }} as week
    inner join {{ ref('goal_metric') }} as targets
        on
            week.goal_id = targets.goal_id
            and targets.valid_from <= week.judged_on
            and week.judged_on < targets.valid_to
    where week.is_active
    group by week.goal_id, week.week_start
)

select
    placed.goal_id,
    placed.week_start,
    placed.org_basis,
    placed.home_org_unit_id as org_unit_id,
    week.node_class,
    week.depth,
    shape.is_aligned_up,
    shape.is_cascaded_down,
    shape.is_shared,
    shape.is_overloaded,
    life.checkin_state,
    life.is_phantom_owned,
    case when told.has_metrics then coalesce(metric.n_metrics, 0) end as n_metrics
from {{ ref('goal_unit_week') }} as placed
inner join {{ ref('goal_week') }} as week
    on placed.goal_id = week.goal_id and placed.week_start = week.week_start
inner join {{ ref('dim_goal') }} as goal on placed.goal_id = goal.goal_id
inner join {{ ref('goal_source') }} as told on goal.source = told.source
inner join {{ ref('goal_week_shape') }} as shape
    on placed.goal_id = shape.goal_id and placed.week_start = shape.week_start
inner join {{ ref('goal_week_life') }} as life
    on placed.goal_id = life.goal_id and placed.week_start = life.week_start
left join metric
    on placed.goal_id = metric.goal_id and placed.week_start = metric.week_start
where placed.is_active
