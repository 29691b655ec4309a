-- Of every goal and day with data: its items' parts in each mean, and those of the leaves below.
with item as (
    select
        share.goal_id,
        share.day,
        sum(share.share_equal) as share_equal,
        sum(share.share_weighted) as share_weighted,
        coalesce(sum(share.share_expected), 1) as share_expected
    from {{ ref('progress_share') }} as share
    where share.has_data
    group by share.goal_id, share.day
),

leaf as (
    select
        leaves.goal_id,
        leaves.day,
        sum(leaves.share_equal) as share_equal,
        sum(leaves.share_weighted) as share_weighted,
        sum(leaves.share_expected) as share_expected,
        count(leaves.expected) as n_expected
    from {{ ref('progress_leaf') }} as leaves
    group by leaves.goal_id, leaves.day
)

select item.goal_id, item.day
from item
left join leaf on item.goal_id = leaf.goal_id and item.day = leaf.day
where
    leaf.goal_id is null
    or abs(item.share_equal - 1) > 1e-9
    or abs(item.share_weighted - 1) > 1e-9
    or abs(item.share_expected - 1) > 1e-9
    or abs(leaf.share_equal - 1) > 1e-9
    or abs(leaf.share_weighted - 1) > 1e-9
    or (leaf.n_expected > 0 and abs(leaf.share_expected - 1) > 1e-9)
