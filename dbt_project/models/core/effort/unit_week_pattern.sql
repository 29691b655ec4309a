-- The people whom a unit's row of a week stands for, and whether its numbers are hidden, for all
-- weekly and monthly tables alike (readings F2, F2b).
select
    pattern.unit_id as org_unit_id,
    pattern.week_start,
    pattern.org_basis,
    pattern.headcount,
    pattern.n_people,
    pattern.n_observable,
    pattern.is_hidden or told.org_unit_id is not null as is_hidden
from {{ ref('week_pattern') }} as pattern
left join {{ ref('week_told') }} as told
    on
        pattern.unit_id = told.org_unit_id
        and pattern.week_start = told.week_start
        and pattern.org_basis = told.org_basis
