-- The wave by which a week is told what people see: the one that asks for the line of sight to
-- actions, closed last by the Sunday and is no older than 400 days then (reading V8).
with wave as (
    select distinct survey_id, closed_at, {{ utc_date('closed_at') }} as closed_on
    from {{ ref('survey_cell_ledger') }}
    where construct = 'los_actions' and closed_at <= {{ as_of() }}
),

ranked as (
    select
        week.week_start,
        wave.survey_id,
        {{ week_start('wave.closed_on') }} as closing_week_start,
        row_number() over (
            partition by week.week_start order by wave.closed_at desc, wave.survey_id desc
        ) as place
    from {{ ref('effort_week') }} as week
    inner join wave
        on
            wave.closed_on <= week.sunday
            and wave.closed_on >= {{ date_add_days('week.sunday', -400) }}
)

select week_start, survey_id, closing_week_start
from ranked
where place = 1
