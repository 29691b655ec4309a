select unit.org_unit_id, unit.week_start, unit.org_basis
from {{ ref('effort_unit_week') }} as unit
where
    abs(
        unit.person_days_aligned + unit.person_days_lapsed + unit.person_days_island
        + unit.person_days_expired + unit.person_days_unaligned - unit.person_days
    ) > 1e-9
    or unit.person_days_unknown > unit.person_days_unaligned + 1e-9
    or unit.person_days_matched > unit.person_days + 1e-9
    or unit.person_days_top > unit.person_days_aligned + 1e-9
