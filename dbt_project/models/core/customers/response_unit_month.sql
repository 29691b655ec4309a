-- How fast a unit answers shifts, by month and basis: the median of Kaplan and Meier (1958) over
-- the row's shifts, open ones ending at the Sunday (reading K2); null where half are never
-- answered.
with at_day as (
    select
        shift.org_unit_id,
        shift.month_start,
        shift.org_basis,
        shift.n_days,
        count(case when shift.is_answered then 1 end) as n_answered,
        count(*) as n_ended
    from {{ ref('shift_unit_month') }} as shift
    group by shift.org_unit_id, shift.month_start, shift.org_basis, shift.n_days
),

at_risk as (
    select
        at_day.*,
        sum(at_day.n_ended) over (
            partition by at_day.org_unit_id, at_day.month_start, at_day.org_basis
            order by at_day.n_days desc
        ) as n_waiting
    from at_day
),

curve as (
    select
        at_risk.*,
        case
            when
                min(at_risk.n_waiting - at_risk.n_answered) over (
                    partition by at_risk.org_unit_id, at_risk.month_start, at_risk.org_basis
                    order by at_risk.n_days
                ) = 0
                then 0
            else exp(
                    sum(
                        case
                            when at_risk.n_waiting > at_risk.n_answered
                                then
                                    ln(
                                        1 - cast(at_risk.n_answered as {{ type_double() }})
                                        / at_risk.n_waiting
                                    )
                        end
                    ) over (
                        partition by at_risk.org_unit_id, at_risk.month_start, at_risk.org_basis
                        order by at_risk.n_days
                    )
                )
        end as share_waiting
    from at_risk
)

select
    curve.org_unit_id,
    curve.month_start,
    curve.org_basis,
    cast(sum(curve.n_ended) as bigint) as n_shifts,
    cast(sum(curve.n_ended - curve.n_answered) as bigint) as n_shifts_unanswered,
    cast(
        min(
            case when cast(curve.share_waiting as decimal(38, 9)) <= 0.5 then curve.n_days end
        ) as {{ type_double() }}
    ) as median_response_days
from curve
group by curve.org_unit_id, curve.month_start, curve.org_basis
