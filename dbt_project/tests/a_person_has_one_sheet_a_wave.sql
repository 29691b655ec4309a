select survey_id, person_id, count(distinct response_id) as n_sheets
from {{ ref('fct_answer') }}
where person_id is not null
group by survey_id, person_id
having count(distinct response_id) > 1
