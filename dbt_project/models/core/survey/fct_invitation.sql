-- Who was asked in a wave: a person once, however often they were; where the survey system names
-- nobody, a row as it counts them.
with invitation as (
    select
        invitations.invitation_id,
        invitations.survey_id,
        participants.person_id,
        coalesce(participants.person_id, invitations.person_ref, invitations.invitation_id)
            as invited,
        participants.org_unit_id,
        participants.invited_at,
        case
            when surveys.is_anonymous then cast(null as integer)
            when invitations.has_responded then 1
            when not invitations.has_responded then 0
        end as has_responded,
        invitations.n_invited,
        invitations.invited_at as said_at
    from {{ ref('stg_invitations') }} as invitations
    inner join {{ ref('dim_survey') }} as surveys on invitations.survey_id = surveys.survey_id
    inner join {{ ref('survey_participant') }} as participants
        on
            invitations.survey_id = participants.survey_id
            and coalesce(invitations.person_ref, '') = participants.person_ref
            and coalesce(invitations.org_unit_ref, '') = participants.org_unit_ref
),

ranked as (
    select
        invitation.*,
        max(has_responded) over (partition by survey_id, invited) as ever_responded,
        row_number() over (
            partition by survey_id, invited order by said_at nulls last, invitation_id
        ) as rank_of_invitation
    from invitation
)

select
    invitation_id,
    survey_id,
    person_id,
    org_unit_id,
    invited_at,
    ever_responded = 1 as has_responded,
    n_invited
from ranked
where rank_of_invitation = 1
