-- The people whom a unit's row of a week stands for, and whether its numbers are hidden, for all
-- weekly and monthly tables alike (reading F2).
select
    pattern.unit_id as org_unit_id,
    pattern.week_start,
    pattern.org_basis,
    pattern.headcount,
    pattern.n_people,
    pattern.n_observable,
    pattern.is_hidden
from {{ ref('week_pattern') }} as pattern
