select 'invitation' as kind, invitations.invitation_id as record_id
from {{ ref('fct_invitation') }} as invitations
left join {{ ref('dim_org_unit_history') }} as units
    on
        invitations.org_unit_id = units.org_unit_id
        and units.valid_from <= {{ utc_date('invitations.invited_at') }}
        and {{ utc_date('invitations.invited_at') }} < units.valid_to
where invitations.org_unit_id is not null and units.org_unit_id is null
union all
select 'answer' as kind, answers.answer_id as record_id
from {{ ref('fct_answer') }} as answers
where
    answers.org_unit_id is null
    and exists (
        select 1
        from {{ ref('fct_invitation') }} as invitations
        where
            invitations.survey_id = answers.survey_id
            and invitations.org_unit_id is not null
    )
