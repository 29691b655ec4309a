select
    questions.source || ':' || questions.survey_key || ':' || questions.question_key as question_id,
    questions.source,
    questions.source || ':' || questions.survey_key as survey_id,
    questions.question_key,
    questions.text,
    questions.scale_min,
    questions.scale_max,
    coalesce(questions.is_reversed, false) as is_reversed,
    nullif(trim(questions.construct), '') as construct
from ({{ standing_rows('survey_questions', swept_key='survey_key') }}) as questions
