{{ config(severity='warn') }}

select 'invitation' as kind, invitations.survey_id
from {{ ref('stg_invitations') }} as invitations
left join {{ ref('stg_surveys') }} as surveys on invitations.survey_id = surveys.survey_id
where surveys.survey_id is null
union
select 'question' as kind, questions.survey_id
from {{ ref('stg_survey_questions') }} as questions
left join {{ ref('stg_surveys') }} as surveys on questions.survey_id = surveys.survey_id
where surveys.survey_id is null
