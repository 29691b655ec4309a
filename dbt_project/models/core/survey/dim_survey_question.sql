-- What each wave asks, and whether the wave before asked the same: only such items may be compared.
select
    questions.question_id,
    questions.survey_id,
    questions.question_key,
    questions.text,
    questions.scale_min,
    questions.scale_max,
    questions.is_reversed,
    questions.construct,
    case
        when surveys.previous_survey_id is not null
            then
                earlier.question_id is not null
                and coalesce(trim(questions.text), '') = coalesce(trim(earlier.text), '')
                and coalesce(
                    questions.scale_min = earlier.scale_min,
                    questions.scale_min is null and earlier.scale_min is null
                )
                and coalesce(
                    questions.scale_max = earlier.scale_max,
                    questions.scale_max is null and earlier.scale_max is null
                )
                and questions.is_reversed = earlier.is_reversed
    end as is_as_before
from {{ ref('stg_survey_questions') }} as questions
inner join {{ ref('dim_survey') }} as surveys on questions.survey_id = surveys.survey_id
left join {{ ref('stg_survey_questions') }} as earlier
    on
        surveys.previous_survey_id = earlier.survey_id
        and questions.question_key = earlier.question_key
