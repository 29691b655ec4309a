select mart.goal_id, mart.week_start
from {{ ref('goal_progress') }} as mart
where
    (mart.reason_missing is null) <> (mart.status_viva is not null)
    or (mart.reason_missing is null) <> (mart.status_basis is not null)
    or (mart.reason_missing is null) <> (mart.hidden_risk is not null)
    or (coalesce(mart.reason_missing, 'too_early') in ('too_early', 'open_end'))
    <> (mart.score_mean_weighted is not null)
    or (mart.n_leaves = 0) <> (mart.score_mean_weighted is null)
    or (
        mart.reason_missing is not null
        and coalesce(
            mart.status_cascade, mart.status_engagedly, mart.status_workpath, mart.status_weakest
        ) is not null
    )
    or mart.hidden_risk <> (mart.status_viva = 'on_track' and mart.n_leaves_at_risk > 0)
