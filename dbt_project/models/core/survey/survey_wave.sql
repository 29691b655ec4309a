-- The waves whose answers are all in: closed, and read since. Where a read failed on the night
-- after the close, the wave waits for one that does not: its cells are computed once (reading V7).
with last_read as (
    select loads.source, max(case when loads.status = 'ok' then loads.as_of end) as read_at
    from {{ source('raw', 'frame_loads') }} as loads
    where loads.frame = 'answers' and loads.as_of <= {{ as_of() }}
    group by loads.source
),

invited as (
    select
        survey_id,
        min({{ utc_date('invited_at') }}) as first_day,
        count(*) as n_rows
    from {{ ref('fct_invitation') }}
    group by survey_id
)

select
    survey.survey_id,
    survey.closed_at,
    coalesce(
        invited.first_day,
        {{ utc_date('survey.opened_at') }},
        {{ utc_date('survey.closed_at') }}
    ) as judged_on,
    previous.survey_id as previous_survey_id,
    previous.closed_at is not null as is_previous_closed,
    coalesce(invited.n_rows, 0) > 0 as has_invitations
from {{ ref('dim_survey') }} as survey
left join {{ ref('dim_survey') }} as previous on survey.previous_survey_id = previous.survey_id
left join invited on survey.survey_id = invited.survey_id
left join last_read on survey.source = last_read.source
where
    survey.closed_at is not null
    and (last_read.source is null or last_read.read_at >= survey.closed_at)
