select mart.org_unit_id, mart.week_start
from {{ ref('line_of_sight') }} as mart
inner join {{ ref('reach_unit_week') }} as unit
    on mart.org_unit_id = unit.org_unit_id and mart.week_start = unit.week_start
where
    (
        mart.suppressed
        and coalesce(
            mart.headcount, mart.n_observable, mart.n_reaching, mart.reach, mart.reach_low,
            mart.reach_high, mart.observable_share, mart.mean_path_length
        ) is not null
    )
    or mart.suppressed <> (
        unit.headcount < 20
        or unit.n_observable between 1 and {{ var('minimum_group_effort') }} - 1
    )
    or (mart.reach is null) <> (mart.reason_missing is not null)
