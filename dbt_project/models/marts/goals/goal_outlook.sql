-- A row a goal that may be published, active on a Sunday, and metric in force for it: where the
-- metric is heading by the goal's end.
select
    outlook.goal_id,
    outlook.metric_id,
    outlook.week_start,
    outlook.forecast_p10,
    outlook.forecast_p50,
    outlook.forecast_p90,
    outlook.attainment_p50,
    outlook.probability_of_target,
    outlook.required_rate,
    outlook.recent_rate,
    outlook.rate_ratio,
    outlook.n_observations,
    outlook.method,
    outlook.reason_missing
from {{ ref('goal_outlook_week') }} as outlook
inner join {{ ref('dim_goal') }} as goal on outlook.goal_id = goal.goal_id
where goal.is_published
