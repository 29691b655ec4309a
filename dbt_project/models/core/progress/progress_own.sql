-- What stands on a goal itself on a day, whatever is below it: its items, the attainment of its
-- own metrics by the targets in force and by the first ones, and why a metric has none (readings
-- A3, A4, A8, A11).
with metric as (
    select
        targets.goal_id,
        targets.day,
        {{ exact_mean(clamped('case when not targets.is_first then targets.attainment_raw end')) }}
            as attainment,
        -- Decimals do not hold what a span of next to nothing gives.
        case
            when max(case when not targets.is_first then abs(targets.attainment_raw) end) < 1e15
                then {{ exact_mean(
                    'case when not targets.is_first and abs(targets.attainment_raw) < 1e15'
                    ~ ' then targets.attainment_raw end'
                ) }}
            else avg(case when not targets.is_first then targets.attainment_raw end)
        end as attainment_raw,
        {{ exact_mean(clamped('case when targets.is_first then targets.attainment_raw end')) }}
            as score_vs_first_target,
        cast(sum(case when not targets.is_first then targets.n_changes end) as bigint)
            as n_target_changes,
        min(case when not targets.is_first then targets.reason_missing end) as reason_missing
    from {{ ref('progress_target') }} as targets
    group by targets.goal_id, targets.day
),

item as (
    select
        share.goal_id,
        share.day,
        max(case when share.item_kind = 'metric' then 1 else 0 end) = 1 as has_metric,
        max(case when share.item_kind = 'checkin' then 1 else 0 end) = 1 as has_checkin,
        count(case when not share.has_data then 1 end) as n_items_without_data
    from {{ ref('progress_share') }} as share
    group by share.goal_id, share.day
)

select
    pair.goal_id,
    pair.day,
    metric.attainment,
    metric.attainment_raw,
    metric.score_vs_first_target,
    coalesce(metric.n_target_changes, 0) as n_target_changes,
    case
        when item.goal_id is null then null
        when item.has_metric then 'metric'
        when item.has_checkin then 'checkin'
        else 'children'
    end as score_source,
    coalesce(item.n_items_without_data, 0) as n_items_without_data,
    case
        when item.goal_id is null then 'no_metric'
        else coalesce(metric.reason_missing, 'few_observations')
    end as reason_without_score
from {{ ref('progress_pair') }} as pair
left join metric on pair.goal_id = metric.goal_id and pair.day = metric.day
left join item on pair.goal_id = item.goal_id and pair.day = item.day
