{{ config(materialized="table") }}

-- Answers as the survey system holds them. Only what says so and has a value is answered. In an
-- anonymous wave no answer has a person, whatever the source says.
select
    answers.source || ':' || answers.record_key as answer_id,
    answers.source,
    answers.source || ':' || answers.response_key as response_id,
    answers.source || ':' || answers.survey_key as survey_id,
    answers.source || ':' || answers.survey_key || ':' || answers.question_key as question_id,
    case
        when not coalesce(surveys.is_anonymous, false) then nullif(trim(answers.person_ref), '')
    end as person_ref,
    nullif(trim(answers.org_unit_ref), '') as org_unit_ref,
    case when coalesce(answers.state, 'answered') = 'answered' then answers.value end as value,
    case
        when answers.state in ('dont_know', 'skipped') then answers.state
        when answers.value is null then 'skipped'
        else 'answered'
    end as state,
    answers.answered_at
from ({{ standing_rows('answers', swept_key='response_key') }}) as answers
left join {{ ref('stg_surveys') }} as surveys
    on surveys.survey_id = answers.source || ':' || answers.survey_key
where answers.answered_at <= {{ as_of() }} or answers.answered_at is null
