-- Where the two rows of a unit and week hold the same people and work, all that is counted of them
-- is the same.
with counted as (
    select
        unit.org_unit_id,
        unit.week_start,
        unit.org_basis,
        unit.headcount,
        unit.n_observable,
        unit.n_reaching,
        coalesce(effort.n_people, 0) as n_people,
        coalesce(effort.person_days, 0) as person_days,
        coalesce(effort.person_days_aligned, 0) as person_days_aligned,
        coalesce(effort.person_days_unknown, 0) as person_days_unknown
    from {{ ref('reach_unit_week') }} as unit
    left join {{ ref('effort_unit_week') }} as effort
        on
            unit.org_unit_id = effort.org_unit_id
            and unit.week_start = effort.week_start
            and unit.org_basis = effort.org_basis
)

select restated.org_unit_id, restated.week_start
from counted as restated
inner join counted as as_was
    on
        restated.org_unit_id = as_was.org_unit_id
        and restated.week_start = as_was.week_start
        and as_was.org_basis = 'as_was'
left join {{ ref('unit_week_difference') }} as difference
    on
        restated.org_unit_id = difference.org_unit_id
        and restated.week_start = difference.week_start
where
    restated.org_basis = 'restated'
    and difference.org_unit_id is null
    and (
        restated.headcount <> as_was.headcount
        or restated.n_observable <> as_was.n_observable
        or restated.n_reaching <> as_was.n_reaching
        or restated.n_people <> as_was.n_people
        or abs(restated.person_days - as_was.person_days) > 1e-6
        or abs(restated.person_days_aligned - as_was.person_days_aligned) > 1e-6
        or abs(restated.person_days_unknown - as_was.person_days_unknown) > 1e-6
    )
