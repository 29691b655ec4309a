select mart.survey_id, mart.org_unit_id
from {{ ref('understanding_and_control') }} as mart
group by mart.survey_id, mart.org_unit_id
having count(distinct mart.suppressed) > 1
