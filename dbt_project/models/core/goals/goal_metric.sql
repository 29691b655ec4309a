-- The targets of goals, version by version, for goals and metrics that are known.
select
    goals.goal_id,
    metrics.metric_id,
    targets.kind,
    targets.baseline,
    targets.target,
    targets.weight,
    targets.valid_from,
    least(targets.valid_to, goal.exists_until, metrics.exists_until) as valid_to
from {{ ref('stg_goal_metrics') }} as targets
inner join {{ ref('goal_ref') }} as goals
    on targets.source = goals.source and targets.goal_ref = goals.goal_ref
inner join {{ ref('stg_goals') }} as goal on goals.goal_id = goal.goal_id
left join {{ ref('dim_metric') }} as own
    on own.metric_id = targets.source || ':' || targets.metric_ref
inner join {{ ref('dim_metric') }} as metrics
    on metrics.metric_id = coalesce(own.metric_id, targets.metric_ref)
where targets.valid_from < least(targets.valid_to, goal.exists_until, metrics.exists_until)
