-- A mean is never under the least of what it is a mean of; leaves at risk are leaves.
select mart.goal_id, mart.week_start
from {{ ref('goal_progress') }} as mart
where
    not (mart.score_weakest between 0 and least(
        mart.score_mean_equal, mart.score_mean_weighted, mart.score_leaf_equal
    ) + 1e-9)
    or greatest(mart.score_mean_equal, mart.score_mean_weighted, mart.score_leaf_equal) > 1
    or not (mart.rule_spread between 0 and 1)
    or not (mart.expected between 0 and 1)
    or not (mart.attainment between 0 and 1 + 1e-9)
    or not (mart.score_vs_first_target between 0 and 1 + 1e-9)
    or mart.pace < 0
    or mart.n_leaves_at_risk > mart.n_leaves
