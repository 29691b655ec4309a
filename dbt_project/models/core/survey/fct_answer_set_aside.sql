-- The answers that do not count, and why.
select
    answer_id,
    response_id,
    survey_id,
    question_id,
    person_id,
    org_unit_id,
    value,
    state,
    answered_at,
    reason
from {{ ref('survey_answer') }}
where reason is not null
