-- Every answer that a survey system gave, and why it does not count where it does not: it came
-- after the close, on a second sheet of the same person, to a question that the wave does not ask,
-- or off the question's scale. In an anonymous wave no answer has a person, whatever the source
-- says.
with answer as (
    select
        answers.answer_id,
        answers.response_id,
        answers.survey_id,
        answers.question_id,
        case when not surveys.is_anonymous then participants.person_id end as person_id,
        case
            when not surveys.is_anonymous
                then coalesce(participants.person_id, answers.person_ref)
        end as respondent,
        participants.org_unit_id,
        answers.value,
        answers.state,
        answers.answered_at,
        case
            when surveys.survey_id is null then 'unknown_survey'
            when questions.question_id is null then 'unknown_question'
            when
                answers.value < questions.scale_min or answers.value > questions.scale_max
                then 'off_scale'
            when answers.answered_at > surveys.closed_at then 'late'
        end as reason
    from {{ ref('stg_answers') }} as answers
    left join {{ ref('dim_survey') }} as surveys on answers.survey_id = surveys.survey_id
    left join {{ ref('dim_survey_question') }} as questions
        on answers.question_id = questions.question_id
    left join {{ ref('survey_participant') }} as participants
        on
            answers.survey_id = participants.survey_id
            and coalesce(answers.person_ref, '') = participants.person_ref
            and coalesce(answers.org_unit_ref, '') = participants.org_unit_ref
),

sheet as (
    select
        response_id,
        row_number() over (
            partition by survey_id, respondent order by min(answered_at) nulls last, response_id
        ) as rank_of_sheet
    from answer
    where respondent is not null and reason is null
    group by survey_id, respondent, response_id
)

select
    answer.answer_id,
    answer.response_id,
    answer.survey_id,
    answer.question_id,
    answer.person_id,
    answer.org_unit_id,
    answer.value,
    answer.state,
    answer.answered_at,
    coalesce(answer.reason, case when sheet.rank_of_sheet > 1 then 'second_sheet' end) as reason
from answer
left join sheet on answer.response_id = sheet.response_id
