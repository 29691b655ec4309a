-- The shifts of a unit's monthly row: of the 365 days to its Sunday, of metrics in force on one of
-- its goals; how many days each waited, and whether it was answered by then (reading K2).
select
    unit.org_unit_id,
    unit.month_start,
    unit.org_basis,
    shift.metric_id,
    shift.shifted_on,
    min(answer.created_on) is not null as is_answered,
    {{ days_between('shift.shifted_on', 'coalesce(min(answer.created_on), unit.sunday)') }}
        as n_days
from {{ ref('unit_month') }} as unit
inner join {{ ref('metric_unit_month') }} as metrics
    on
        unit.org_unit_id = metrics.org_unit_id
        and unit.month_start = metrics.month_start
        and unit.org_basis = metrics.org_basis
inner join {{ ref('metric_shift') }} as shift
    on
        metrics.metric_id = shift.metric_id
        and shift.shifted_on <= unit.sunday
        and shift.shifted_on > {{ date_add_days('unit.sunday', -365) }}
left join {{ ref('shift_answer') }} as answer
    on
        shift.metric_id = answer.metric_id
        and shift.shifted_on = answer.shifted_on
        and answer.known_from <= unit.sunday
group by
    unit.org_unit_id,
    unit.month_start,
    unit.org_basis,
    unit.sunday,
    shift.metric_id,
    shift.shifted_on
