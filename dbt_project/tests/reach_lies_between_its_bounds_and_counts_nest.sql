select mart.org_unit_id, mart.week_start
from {{ ref('line_of_sight') }} as mart
where
    not (
        0 <= mart.reach_low
        and mart.reach_low <= mart.reach
        and mart.reach <= mart.reach_high
        and mart.reach_high <= 1
    )
    or not (0 <= mart.n_reaching and mart.n_reaching <= mart.n_observable)
    or not (mart.n_observable <= mart.headcount)
    or mart.mean_path_length < 1
