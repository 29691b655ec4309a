-- A row a goal that is active on a Sunday and metric in force for it: where the metric is heading
-- by the goal's end, how probable its target is, the pace that it has and needs (readings O1-O6).
with missing as (
    select
        basis.*,
        case
            when active_to is null then 'open_end'
            when p50 is null then 'few_observations'
            when target is null then 'no_target'
            when not is_kept and baseline is null then 'no_target'
            when not is_kept and target = baseline then 'no_span'
        end as reason_missing,
        case when is_upward then p50 - target else target - p50 end as gain,
        case when target > p50 then p90 - p50 else p50 - p10 end as reach,
        target is not null and (is_kept or target <> baseline) as has_aim,
        case when is_upward then last_value >= target else last_value <= target end as is_there,
        {{ days_between('judged_on', 'active_to') }} as days_left
    from {{ ref('outlook_basis_week') }} as basis
),

likely as (
    select
        missing.*,
        case when reason_missing is null then {{ probability_beyond('gain', 'reach') }} end
            as probability_of_target,
        case
            when not coalesce(has_aim and days_left > 0, false) then null
            when is_there then 0.0
            else 7 * (target - last_value) / days_left
        end as required_rate,
        least(
            1.0,
            cast({{ days_between('active_from', 'judged_on') }} + 1 as {{ type_double() }})
            / ({{ days_between('active_from', 'active_to') }} + 1)
        ) as elapsed
    from missing
)

select
    likely.goal_id,
    likely.metric_id,
    likely.week_start,
    likely.p10 as forecast_p10,
    likely.p50 as forecast_p50,
    likely.p90 as forecast_p90,
    case
        when likely.reason_missing is not null then null
        when not likely.is_kept
            then
                least(1.0, greatest(
                    0.0,
                    (likely.p50 - likely.baseline) / (likely.target - likely.baseline)
                ))
        else
            likely.elapsed * coalesce(kept.inside_share, likely.probability_of_target)
            + (1 - likely.elapsed) * likely.probability_of_target
    end as attainment_p50,
    likely.probability_of_target,
    likely.required_rate,
    likely.recent_rate,
    -- 0 is added so that nothing divided by less than nothing is 0 and not -0
    likely.recent_rate / nullif(likely.required_rate, 0) + 0.0 as rate_ratio,
    likely.n_observations,
    likely.method,
    likely.reason_missing
from likely
left join {{ ref('kept_share_week') }} as kept
    on
        likely.goal_id = kept.goal_id
        and likely.metric_id = kept.metric_id
        and likely.week_start = kept.week_start
