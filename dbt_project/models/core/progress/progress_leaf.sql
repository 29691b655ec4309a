-- What a goal's progress on a day rests on in the end: every metric, check-in and goal not begun
-- that is reached over goals below, and its part in the goal's means, summed over all ways to it.
-- is_counted marks the distinct leaves (reading A6).
with recursive way as (
    select
        pair.goal_id,
        pair.day,
        pair.goal_id as node_id,
        pair.day as node_day,
        cast(1 as {{ type_double() }}) as share_equal,
        cast(1 as {{ type_double() }}) as share_weighted,
        cast(1 as {{ type_double() }}) as share_expected
    from {{ ref('progress_pair') }} as pair
    -- All, since two ways of the same shares to one goal are two. They end: the edges of a day have
    -- no cycle, and what is below is judged on the same day or an earlier one.
    union all
    select
        way.goal_id,
        way.day,
        step.item_goal_id as node_id,
        step.item_day as node_day,
        way.share_equal * step.share_equal as share_equal,
        way.share_weighted * step.share_weighted as share_weighted,
        way.share_expected * coalesce(step.share_expected, 0) as share_expected
    from way
    inner join {{ ref('progress_share') }} as step
        on
            way.node_id = step.goal_id
            and way.node_day = step.day
            and step.item_kind = 'child'
            and step.has_data
),

reached as (
    select
        way.goal_id,
        way.day,
        share.item_kind,
        share.metric_id,
        share.item_goal_id,
        share.item_day,
        way.node_id,
        way.node_day,
        {{ exact_sum('way.share_equal * share.share_equal') }} as share_equal,
        {{ exact_sum('way.share_weighted * share.share_weighted') }} as share_weighted,
        {{ exact_sum('way.share_expected * coalesce(share.share_expected, 0)') }}
            as share_expected
    from way
    inner join {{ ref('progress_share') }} as share
        on
            way.node_id = share.goal_id
            and way.node_day = share.day
            and share.item_kind <> 'child'
            and share.has_data
    group by
        way.goal_id,
        way.day,
        share.item_kind,
        share.metric_id,
        share.item_goal_id,
        share.item_day,
        way.node_id,
        way.node_day
)

select
    reached.goal_id,
    reached.day,
    reached.item_kind,
    reached.metric_id,
    reached.item_goal_id,
    reached.item_day,
    reached.node_id,
    reached.share_equal,
    reached.share_weighted,
    reached.share_expected,
    item.score,
    item.expected,
    item.is_due,
    item.is_live,
    row_number() over (
        partition by
            reached.goal_id,
            reached.day,
            reached.metric_id,
            item.baseline,
            item.target,
            case when reached.item_kind <> 'metric' then reached.item_goal_id end
        order by
            case when reached.item_goal_id = reached.goal_id then 0 else 1 end,
            reached.item_goal_id,
            reached.item_day desc,
            reached.item_kind,
            reached.node_id
    ) = 1 as is_counted
from reached
inner join {{ ref('progress_item') }} as item
    on
        reached.node_id = item.goal_id
        and reached.node_day = item.day
        and reached.item_kind = item.item_kind
        and reached.metric_id = item.metric_id
        and reached.item_goal_id = item.item_goal_id
