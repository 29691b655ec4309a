-- A line that names nobody or nothing known, or whose period ends before it begins, counts for nobody:
-- said here, so that it is not lost in silence.
{{ config(severity='warn') }}
select lines.incentive_line_id
from {{ ref('stg_incentive_lines') }} as lines
left join {{ ref('person_record') }} as person on lines.hr_person_id = person.hr_person_id
left join {{ ref('dim_metric') }} as metrics
    on lines.measure_kind = 'metric' and lines.measure_id = metrics.metric_id
left join {{ ref('dim_goal') }} as goals
    on lines.measure_kind = 'goal' and lines.measure_id = goals.goal_id
where
    person.person_id is null
    or lines.period_end < lines.period_start
    or (lines.measure_kind = 'metric' and metrics.metric_id is null)
    or (lines.measure_kind = 'goal' and goals.goal_id is null)
