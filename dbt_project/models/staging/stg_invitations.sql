select
    invitations.source || ':' || invitations.record_key as invitation_id,
    invitations.source,
    invitations.source || ':' || invitations.survey_key as survey_id,
    nullif(trim(invitations.person_ref), '') as person_ref,
    nullif(trim(invitations.org_unit_ref), '') as org_unit_ref,
    invitations.invited_at,
    invitations.has_responded,
    coalesce(invitations.n_invited, 1) as n_invited
from ({{ standing_rows('invitations', swept_key='survey_key') }}) as invitations
where invitations.invited_at <= {{ as_of() }} or invitations.invited_at is null
