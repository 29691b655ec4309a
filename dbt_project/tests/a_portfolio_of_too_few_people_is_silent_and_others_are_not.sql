select mart.org_unit_id, mart.week_start, mart.org_basis
from {{ ref('goal_portfolio') }} as mart
inner join {{ ref('unit_week_pattern') }} as pattern
    on
        mart.org_unit_id = pattern.org_unit_id
        and mart.week_start = pattern.week_start
        and mart.org_basis = pattern.org_basis
where
    mart.suppressed <> (pattern.is_hidden or pattern.headcount < 20)
    or mart.suppressed <> (mart.n_goals is null)
    or (
        mart.suppressed
        and (
            coalesce(
                mart.top_share,
                mart.aligned_share,
                mart.lapsed_share,
                mart.island_share,
                mart.unaligned_share,
                mart.aligned_up_share,
                mart.cascaded_down_share,
                mart.shared_share,
                mart.overloaded_share,
                mart.fresh_share,
                mart.phantom_owned_share,
                mart.median_depth,
                mart.goals_per_unit,
                mart.metrics_per_goal
            ) is not null
            or mart.reason_missing <> 'few_people'
        )
    )
    or (mart.n_goals = 0) <> (coalesce(mart.reason_missing, '') = 'no_goals')
