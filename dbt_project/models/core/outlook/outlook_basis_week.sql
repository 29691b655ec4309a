-- A row a goal that is active on a Sunday and metric in force for it: the target, what that Sunday
-- knew of the metric, and the forecast that it makes of the day on which the goal ends.
select
    week.goal_id,
    targets.metric_id,
    week.week_start,
    week.judged_on,
    history.active_from,
    case when history.active_to < {{ open_end() }} then history.active_to end as active_to,
    targets.kind,
    targets.baseline,
    targets.target,
    coalesce(targets.kind in ('at_least', 'at_most'), false) as is_kept,
    case
        when targets.kind = 'at_least' then true
        when targets.kind = 'at_most' then false
        else targets.target > targets.baseline
    end as is_upward,
    coalesce(known.n_observations, 0) as n_observations,
    known.last_observed_on,
    known.last_value,
    known.recent_rate,
    case when foreseen.p50 is not null then known.method end as method,
    foreseen.p10,
    foreseen.p50,
    foreseen.p90
from {{ ref('goal_week') }} as week
inner join {{ ref('dim_goal_history') }} as history
    on
        week.goal_id = history.goal_id
        and history.valid_from <= week.judged_on
        and week.judged_on < history.valid_to
inner join {{ ref('goal_metric') }} as targets
    on
        week.goal_id = targets.goal_id
        and targets.valid_from <= week.judged_on
        and week.judged_on < targets.valid_to
left join {{ source('forecast', 'metric_week') }} as known
    on targets.metric_id = known.metric_id and week.week_start = known.week_start
left join {{ source('forecast', 'metric_forecast') }} as foreseen
    on
        targets.metric_id = foreseen.metric_id
        and week.week_start = foreseen.week_start
        and history.active_to = foreseen.target_on
where week.is_active and not week.is_partial
