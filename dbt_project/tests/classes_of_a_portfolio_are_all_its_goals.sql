select mart.org_unit_id, mart.week_start, mart.org_basis
from {{ ref('goal_portfolio') }} as mart
where
    abs(
        mart.top_share
        + mart.aligned_share
        + mart.lapsed_share
        + mart.island_share
        + mart.unaligned_share
        - 1
    ) > 1e-9
    or not (mart.aligned_up_share between 0 and 1)
    or not (mart.cascaded_down_share between 0 and 1)
    or not (mart.shared_share between 0 and 1)
    or not (mart.overloaded_share between 0 and 1)
    or not (mart.fresh_share between 0 and 1)
    or not (mart.phantom_owned_share between 0 and 1)
    or mart.median_depth < 0
