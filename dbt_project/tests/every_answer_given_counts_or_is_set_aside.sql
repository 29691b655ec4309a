select given.survey_id, given.answer_id
from {{ ref('stg_answers') }} as given
left join {{ ref('fct_answer') }} as counted on given.answer_id = counted.answer_id
left join {{ ref('fct_answer_set_aside') }} as aside on given.answer_id = aside.answer_id
where
    (counted.answer_id is null and aside.answer_id is null)
    or (counted.answer_id is not null and aside.answer_id is not null)
