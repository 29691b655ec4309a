-- A row a shown goal and week in which it is active, unless it is too early to judge: what the
-- rules of seed status_rule compare with their bounds (reading A10).
with item as (
    select
        share.goal_id,
        share.day,
        coalesce(below.score_mean_weighted, leaf.score) as score,
        coalesce(below.expected, leaf.expected) as expected,
        share.item_kind = 'child' or leaf.is_due as is_due
    from {{ ref('progress_share') }} as share
    left join {{ ref('progress_score') }} as below
        on
            share.item_kind = 'child'
            and share.item_goal_id = below.goal_id
            and share.item_day = below.day
    left join {{ ref('progress_item') }} as leaf
        on
            share.goal_id = leaf.goal_id
            and share.day = leaf.day
            and share.item_kind = leaf.item_kind
            and share.metric_id = leaf.metric_id
            and share.item_goal_id = leaf.item_goal_id
    where share.has_data
),

paced as (
    select
        item.goal_id,
        item.day,
        {{ exact_mean('least(1.0, coalesce(item.score / nullif(item.expected, 0), 1.0))') }}
            as mean_item_pace,
        min(
            case
                when item.is_due and {{ comparable('item.expected') }} >= 0.1
                    then item.score / nullif(item.expected, 0)
            end
        ) as least_item_pace
    from item
    group by item.goal_id, item.day
),

forecast as (
    select
        outlook.goal_id,
        outlook.week_start,
        {{ exact_mean('outlook.attainment_p50') }} as forecast_attainment
    from {{ ref('goal_outlook_week') }} as outlook
    group by outlook.goal_id, outlook.week_start
)

select
    week.goal_id,
    week.week_start,
    score.pace,
    paced.mean_item_pace,
    score.expected - score.score_mean_weighted as shortfall,
    forecast.forecast_attainment,
    paced.least_item_pace
from {{ ref('goal_week') }} as week
inner join {{ ref('progress_score') }} as score
    on week.goal_id = score.goal_id and week.judged_on = score.day
inner join paced on score.goal_id = paced.goal_id and score.day = paced.day
left join forecast
    on week.goal_id = forecast.goal_id and week.week_start = forecast.week_start
where week.is_active and not week.is_partial and not score.is_too_early
