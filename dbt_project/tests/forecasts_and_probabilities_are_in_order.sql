select outlook.goal_id, outlook.metric_id, outlook.week_start
from {{ ref('goal_outlook_week') }} as outlook
where
    outlook.forecast_p10 > outlook.forecast_p50
    or outlook.forecast_p50 > outlook.forecast_p90
    or outlook.probability_of_target not between 0.02 and 0.98
    or outlook.attainment_p50 not between 0 and 1
    or (outlook.probability_of_target is null) <> (outlook.reason_missing is not null)
    or (outlook.attainment_p50 is null) <> (outlook.reason_missing is not null)
    or (outlook.forecast_p50 is null) <> (outlook.method is null)
