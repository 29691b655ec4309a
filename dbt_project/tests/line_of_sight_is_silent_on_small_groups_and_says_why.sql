select mart.org_unit_id, mart.week_start, mart.org_basis
from {{ ref('line_of_sight') }} as mart
inner join {{ ref('unit_week_pattern') }} as pattern
    on
        mart.org_unit_id = pattern.org_unit_id
        and mart.week_start = pattern.week_start
        and mart.org_basis = pattern.org_basis
where
    (
        mart.suppressed
        and coalesce(
            mart.headcount, mart.n_observable, mart.n_reaching, mart.reach, mart.reach_low,
            mart.reach_high, mart.observable_share, mart.mean_path_length, mart.perceived,
            mart.perceived_low, mart.perceived_high, mart.los_gap
        ) is not null
    )
    or mart.suppressed <> (pattern.is_hidden or pattern.headcount < 20)
    or (mart.reach is null) <> (mart.reason_missing is not null)
    or (mart.suppressed and coalesce(mart.survey_id, mart.quadrant) is not null)
    or (mart.org_basis = 'restated' and coalesce(mart.survey_id, mart.quadrant) is not null)
