-- The four scores of a goal on a day side by side, what is expected of it, and its leaves (readings
-- A6 to A9, A11). A leaf's pace is held against the bound of rule viva.
with leaf as (
    select
        leaves.*,
        coalesce(
            leaves.is_counted
            and leaves.is_due
            and {{ comparable('leaves.expected') }} >= 0.1
            and {{ comparable('leaves.score / nullif(leaves.expected, 0)') }}
            < {{ comparable('rules.behind_from') }},
            false
        ) as is_at_risk
    from {{ ref('progress_leaf') }} as leaves
    left join {{ ref('status_rule') }} as rules on rules.rule = 'viva'
),

summed as (
    select
        leaf.goal_id,
        leaf.day,
        {{ exact_sum('leaf.share_equal * leaf.score') }} as score_mean_equal,
        {{ exact_sum('leaf.share_weighted * leaf.score') }} as score_mean_weighted,
        {{ exact_mean('case when leaf.is_counted then leaf.score end') }} as score_leaf_equal,
        min(leaf.score) as score_weakest,
        {{ exact_sum('leaf.share_expected * leaf.expected') }} as expected,
        count(case when leaf.is_counted then 1 end) as n_leaves,
        count(case when leaf.is_at_risk then 1 end) as n_leaves_at_risk,
        count(case when leaf.is_due then 1 end) as n_due,
        count(case when leaf.is_counted and leaf.is_live then 1 end) as n_leaves_live
    from leaf
    group by leaf.goal_id, leaf.day
),

-- Parts of 1 may sum to a little more than 1.
bounded as (
    select
        summed.goal_id,
        summed.day,
        {{ clamped('summed.score_mean_equal') }} as score_mean_equal,
        {{ clamped('summed.score_mean_weighted') }} as score_mean_weighted,
        {{ clamped('summed.score_leaf_equal') }} as score_leaf_equal,
        summed.score_weakest,
        {{ clamped('summed.expected') }} as expected,
        summed.n_leaves,
        summed.n_leaves_at_risk,
        summed.n_due,
        summed.n_leaves_live
    from summed
)

select
    bounded.goal_id,
    bounded.day,
    bounded.score_mean_equal,
    bounded.score_mean_weighted,
    bounded.score_leaf_equal,
    bounded.score_weakest,
    greatest(
        bounded.score_mean_equal,
        bounded.score_mean_weighted,
        bounded.score_leaf_equal,
        bounded.score_weakest
    )
    - least(
        bounded.score_mean_equal,
        bounded.score_mean_weighted,
        bounded.score_leaf_equal,
        bounded.score_weakest
    ) as rule_spread,
    bounded.expected,
    bounded.score_mean_weighted / nullif(bounded.expected, 0) as pace,
    coalesce({{ comparable('bounded.expected') }} < 0.1, true)
    or bounded.n_due = 0 as is_too_early,
    bounded.n_leaves,
    bounded.n_leaves_at_risk,
    bounded.n_leaves_live = 0 as is_stale
from bounded
