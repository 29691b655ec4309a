-- The structural parts of a unit's monthly row: those of effort_alignment and line_of_sight,
-- counted at the month's Sunday for units of any size, shown or not (reading B1).
with amount as (
    select
        unit.org_unit_id,
        unit.month_start,
        unit.org_basis,
        effort.person_days,
        effort.person_days_aligned,
        effort.person_days_unaligned,
        effort.person_days_unknown,
        effort.person_days_matched / nullif(capacity.capacity_person_days, 0) as effort_coverage,
        cast(reach.headcount as {{ type_double() }}) as headcount,
        cast(reach.n_observable as {{ type_double() }}) as n_observable,
        cast(reach.n_reaching as {{ type_double() }}) as n_reaching
    from {{ ref('unit_month') }} as unit
    left join {{ ref('effort_unit_week') }} as effort
        on
            unit.org_unit_id = effort.org_unit_id
            and unit.week_start = effort.week_start
            and unit.org_basis = effort.org_basis
    left join {{ ref('capacity_unit_week') }} as capacity
        on
            unit.org_unit_id = capacity.org_unit_id
            and unit.week_start = capacity.week_start
            and unit.org_basis = capacity.org_basis
    left join {{ ref('reach_unit_week') }} as reach
        on
            unit.org_unit_id = reach.org_unit_id
            and unit.week_start = reach.week_start
            and unit.org_basis = reach.org_basis
),

based as (
    select
        amount.*,
        case
            when amount.effort_coverage >= 0.3 and amount.person_days > 0 then amount.person_days
        end as effort_base,
        case
            when amount.n_observable >= 0.3 * amount.headcount and amount.n_observable > 0
                then amount.n_observable
        end as reach_base
    from amount
)

select
    based.org_unit_id,
    based.month_start,
    based.org_basis,
    based.effort_coverage,
    based.person_days_aligned / based.effort_base as aligned_share,
    based.person_days_aligned / based.effort_base as aligned_share_low,
    (based.person_days_aligned + based.person_days_unknown) / based.effort_base
        as aligned_share_high,
    1 - based.person_days_unaligned / based.effort_base as effort_linked_share,
    based.n_reaching / based.reach_base as reach,
    case when based.reach_base is not null then based.n_reaching / based.headcount end
        as reach_low,
    case
        when based.reach_base is not null
            then (based.n_reaching + based.headcount - based.n_observable) / based.headcount
    end as reach_high,
    coalesce(based.n_observable, 0) > 0 as is_observable
from based
