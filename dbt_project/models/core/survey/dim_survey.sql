-- The waves of the surveys, each with the wave of its series before it.
select
    survey_id,
    source,
    survey_key,
    series_id,
    title,
    opened_at,
    closed_at,
    is_anonymous,
    case
        when series_id is not null
            then
                lag(survey_id) over (
                    partition by series_id order by opened_at nulls first, survey_id
                )
    end as previous_survey_id
from {{ ref('stg_surveys') }}
