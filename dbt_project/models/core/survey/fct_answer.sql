-- The answers that count.
select
    answer_id,
    response_id,
    survey_id,
    question_id,
    person_id,
    org_unit_id,
    value,
    state,
    answered_at
from {{ ref('survey_answer') }}
where reason is null
