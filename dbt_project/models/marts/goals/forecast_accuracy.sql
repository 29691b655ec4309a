-- A row a metric and horizon, and one of all metrics a horizon: how right the
-- forecasts were that have been judged since (reading O7).
with by_metric as (
    select
        metric_id,
        horizon_days,
        count(*) as n_forecasts,
        sum(case when is_inside then 1 else 0 end) as n_inside,
        {{ exact_sum('abs(p50 - value)') }} as missed,
        {{ exact_sum('p50 - value') }} as missed_above,
        nullif({{ exact_sum('abs(last_value - value)') }}, 0) as naive_missed
    from {{ ref('forecast_outcome') }}
    group by metric_id, horizon_days
),

scaled as (
    select
        by_metric.*,
        missed / naive_missed as mase,
        missed_above / naive_missed as bias,
        case when naive_missed is not null then n_forecasts end as n_scaled
    from by_metric
),

reference as (
    select
        horizon_days,
        cast(sum(case when is_reached then 1 else 0 end) as {{ type_double() }}) / count(*)
            as reached_share
    from {{ ref('forecast_target_outcome') }}
    group by horizon_days
),

scored as (
    select
        outcome.metric_id,
        outcome.horizon_days,
        case when outcome.is_reached then 1.0 else 0.0 end as reached,
        outcome.probability,
        reference.reached_share
    from {{ ref('forecast_target_outcome') }} as outcome
    inner join reference on outcome.horizon_days = reference.horizon_days
),

brier as (
    select
        metric_id,
        horizon_days,
        count(*) as n_targets,
        {{ exact_sum('(probability - reached) * (probability - reached)') }} as brier,
        {{ exact_sum('(reached_share - reached) * (reached_share - reached)') }} as reference_brier
    from scored
    group by metric_id, horizon_days
),

metric as (
    select
        scaled.metric_id,
        scaled.horizon_days,
        scaled.n_forecasts,
        scaled.n_inside,
        scaled.mase,
        scaled.bias,
        scaled.n_scaled,
        coalesce(brier.n_targets, 0) as n_targets,
        brier.brier,
        brier.reference_brier
    from scaled
    left join brier
        on scaled.metric_id = brier.metric_id and scaled.horizon_days = brier.horizon_days
),

either as (
    select * from metric
    union all
    select
        null as metric_id,
        horizon_days,
        sum(n_forecasts),
        sum(n_inside),
        {{ exact_sum('mase * n_scaled') }} / sum(n_scaled),
        {{ exact_sum('bias * n_scaled') }} / sum(n_scaled),
        sum(n_scaled),
        sum(n_targets),
        {{ exact_sum('brier') }},
        {{ exact_sum('reference_brier') }}
    from metric
    group by horizon_days
)

select
    coalesce(metric_id, 'all') as subject,
    metric_id,
    horizon_days,
    cast(n_forecasts as bigint) as n_forecasts,
    cast(n_inside as {{ type_double() }}) / n_forecasts as coverage_80,
    mase,
    bias,
    cast(n_targets as bigint) as n_targets,
    1 - brier / nullif(reference_brier, 0) as brier_skill,
    case
        when mase is null then 'no_change'
        when n_targets = 0 then 'no_target'
        when coalesce(reference_brier, 0) = 0 then 'no_change'
    end as reason_missing
from either
