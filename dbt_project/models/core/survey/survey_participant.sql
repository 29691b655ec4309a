-- Whom a wave asked or heard, as the survey system names them: which person that is, when they were
-- asked, and the unit in which they count: the primary seat's at that time, else the unit named,
-- else the root (reading S2).
with mention as (
    select source, survey_id, person_ref, org_unit_ref, invited_at
    from {{ ref('stg_invitations') }}
    union all
    select distinct
        source,
        survey_id,
        person_ref,
        org_unit_ref,
        cast(null as timestamptz) as invited_at
    from {{ ref('stg_answers') }}
),

participant as (
    select
        source,
        survey_id,
        coalesce(person_ref, '') as person_ref,
        coalesce(org_unit_ref, '') as org_unit_ref,
        min(invited_at) as invited_at
    from mention
    group by source, survey_id, coalesce(person_ref, ''), coalesce(org_unit_ref, '')
),

resolved as (
    select
        participant.*,
        people.person_id,
        units.org_unit_id as named_org_unit_id,
        case
            when participant.person_ref = '' then '|' || participant.org_unit_ref
            else coalesce(people.person_id, participant.person_ref)
        end as subject
    from participant
    left join {{ ref('bridge_identity') }} as people
        on participant.source = people.source and participant.person_ref = people.account_ref
    left join {{ ref('bridge_org_unit_ref') }} as units
        on participant.source = units.source and participant.org_unit_ref = units.org_unit_ref
),

dated as (
    select
        resolved.source,
        resolved.survey_id,
        resolved.person_ref,
        resolved.org_unit_ref,
        resolved.person_id,
        coalesce(
            resolved.named_org_unit_id,
            min(resolved.named_org_unit_id) over (
                partition by resolved.survey_id, resolved.subject
            )
        ) as named_org_unit_id,
        coalesce(
            min(resolved.invited_at) over (partition by resolved.survey_id, resolved.subject),
            min(resolved.invited_at) over (partition by resolved.survey_id),
            surveys.opened_at,
            {{ as_of() }}
        ) as invited_at
    from resolved
    inner join {{ ref('dim_survey') }} as surveys on resolved.survey_id = surveys.survey_id
),

placed as (
    select dated.*, {{ utc_date('dated.invited_at') }} as invited_on
    from dated
)

select
    placed.source,
    placed.survey_id,
    placed.person_ref,
    placed.org_unit_ref,
    placed.person_id,
    coalesce(seated.org_unit_id, named.org_unit_id, tree.root_org_unit_id) as org_unit_id,
    placed.invited_at
from placed
left join {{ ref('fct_seat') }} as seats
    on
        placed.person_id = seats.person_id
        and seats.is_primary_seat
        and seats.valid_from <= placed.invited_on
        and placed.invited_on < seats.valid_to
left join {{ ref('dim_org_unit_history') }} as seated
    on
        seats.org_unit_id = seated.org_unit_id
        and seated.valid_from <= placed.invited_on
        and placed.invited_on < seated.valid_to
left join {{ ref('dim_org_unit_history') }} as named
    on
        placed.named_org_unit_id = named.org_unit_id
        and named.valid_from <= placed.invited_on
        and placed.invited_on < named.valid_to
left join {{ ref('org_tree_version') }} as tree
    on tree.valid_from <= placed.invited_on and placed.invited_on < tree.valid_to
