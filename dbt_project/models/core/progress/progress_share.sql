-- The part of each item in the means of its goal that day: in the equal one, in the weighted one
-- and in what is expected (readings A5 to A7). An item without data has no part in any.
with recursive known as (
    select
        item.goal_id,
        item.day,
        item.expected is not null as is_expected
    from {{ ref('progress_item') }} as item
    where item.score is not null
    {{ recursive_union() }}
    select
        item.goal_id,
        item.day,
        known.is_expected
    from known
    inner join {{ ref('progress_item') }} as item
        on
            item.item_kind = 'child'
            and known.goal_id = item.item_goal_id
            and known.day = item.item_day
),

pair as (
    select
        known.goal_id,
        known.day,
        max(case when known.is_expected then 1 else 0 end) = 1 as is_expected
    from known
    group by known.goal_id, known.day
),

sibling as (
    select
        item.goal_id,
        item.day,
        {{ exact_mean('item.weight') }} as mean_weight
    from {{ ref('progress_item') }} as item
    group by item.goal_id, item.day
),

weighed as (
    select
        item.goal_id,
        item.day,
        item.item_kind,
        item.metric_id,
        item.item_goal_id,
        item.item_day,
        coalesce(item.weight, sibling.mean_weight, 1.0) as weight,
        item.score is not null or pair.goal_id is not null as has_data,
        coalesce(item.score is not null and item.expected is not null, false)
        or coalesce(pair.is_expected, false) as has_expected
    from {{ ref('progress_item') }} as item
    inner join sibling on item.goal_id = sibling.goal_id and item.day = sibling.day
    left join pair
        on
            item.item_kind = 'child'
            and item.item_goal_id = pair.goal_id
            and item.item_day = pair.day
),

total as (
    select
        weighed.goal_id,
        weighed.day,
        count(case when weighed.has_data then 1 end) as n_items,
        {{ exact_sum('case when weighed.has_data then weighed.weight end') }} as weight,
        {{ exact_sum('case when weighed.has_expected then weighed.weight end') }}
            as expected_weight
    from weighed
    group by weighed.goal_id, weighed.day
)

select
    weighed.goal_id,
    weighed.day,
    weighed.item_kind,
    weighed.metric_id,
    weighed.item_goal_id,
    weighed.item_day,
    weighed.has_data,
    case when weighed.has_data then cast(1 as {{ type_double() }}) / total.n_items end
        as share_equal,
    case when weighed.has_data then weighed.weight / total.weight end as share_weighted,
    case when weighed.has_expected then weighed.weight / total.expected_weight end
        as share_expected
from weighed
inner join total on weighed.goal_id = total.goal_id and weighed.day = total.day
