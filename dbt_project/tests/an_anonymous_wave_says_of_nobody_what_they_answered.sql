select answers.survey_id, answers.answer_id as record_id
from {{ ref('survey_answer') }} as answers
inner join {{ ref('dim_survey') }} as surveys on answers.survey_id = surveys.survey_id
where surveys.is_anonymous and answers.person_id is not null
union all
select invitations.survey_id, invitations.invitation_id as record_id
from {{ ref('fct_invitation') }} as invitations
inner join {{ ref('dim_survey') }} as surveys on invitations.survey_id = surveys.survey_id
where surveys.is_anonymous and invitations.has_responded is not null
