-- A person's incentive lines of a period, with what each is of all of them (reading I1). Lines on
-- no measure and lines without weight are left out; a person counts in one unit of the period's
-- day.
with line as (
    select
        period.period_id,
        period.judged_on,
        period.week_start,
        period.root_org_unit_id,
        person.person_id,
        lines.incentive_line_id,
        lines.measure_kind,
        lines.measure_id,
        lines.direction,
        lines.weight
    from {{ ref('stg_incentive_lines') }} as lines
    inner join {{ ref('incentive_period') }} as period
        on lines.period_start = period.period_start and lines.period_end = period.period_end
    inner join {{ ref('person_record') }} as person on lines.hr_person_id = person.hr_person_id
    where lines.measure_kind in ('goal', 'metric') and lines.weight > 0
)

select
    line.period_id,
    line.week_start,
    line.person_id,
    coalesce(unit.descendant_id, line.root_org_unit_id) as org_unit_id,
    line.incentive_line_id,
    line.measure_kind,
    line.measure_id,
    line.direction,
    line.weight / {{ exact_sum_over('line.weight', 'line.period_id, line.person_id') }} as share
from line
left join {{ ref('fct_seat') }} as seat
    on
        line.person_id = seat.person_id
        and seat.is_primary_seat
        and seat.valid_from <= line.judged_on
        and line.judged_on < seat.valid_to
left join {{ ref('bridge_org_unit_history') }} as unit
    on
        seat.org_unit_id = unit.descendant_id
        and unit.depth = 0
        and unit.valid_from <= line.judged_on
        and line.judged_on < unit.valid_to
