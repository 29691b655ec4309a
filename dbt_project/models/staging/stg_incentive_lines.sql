-- A line of somebody's variable pay that stands: what it hangs on and how much. No amounts.
select
    lines.source || ':' || lines.line_key as incentive_line_id,
    lines.source,
    trim(lines.person_key) as person_ref,
    {{ referenced_id('lines.source', 'trim(lines.person_key)') }} as hr_person_id,
    lines.period_start,
    lines.period_end,
    lines.measure_kind,
    nullif(trim(lines.measure_key), '') as measure_ref,
    case
        when lines.measure_kind in ('goal', 'metric') and trim(lines.measure_key) <> ''
            then {{ referenced_id('lines.source', 'trim(lines.measure_key)') }}
    end as measure_id,
    lines.weight,
    lines.direction
from ({{ standing_rows('incentive_lines', swept_key='line_key') }}) as lines
