-- What was decided on accounts that nothing certain names: this person, not this person, or (no
-- person) nobody. Two persons for one account are no decision.
with person_of as (
    select employee_number as person_ref, min(person_id) as person_id
    from {{ ref('person_record') }}
    where is_standing and employee_number is not null
    group by employee_number
    having min(person_id) = max(person_id)
    union
    select hr_person_id as person_ref, person_id
    from {{ ref('person_record') }}
),

resolved as (
    select distinct
        decisions.account_source as source,
        decisions.account_ref,
        person_of.person_id,
        decisions.decision
    from {{ ref('stg_identity_decisions') }} as decisions
    inner join {{ ref('identity_certain') }} as certain
        on
            decisions.account_source = certain.source
            and decisions.account_ref = certain.account_ref
            and certain.person_id is null
    left join person_of on decisions.person_ref = person_of.person_ref
    where
        person_of.person_id is not null
        or (decisions.person_ref = '' and decisions.decision = 'different')
)

select
    resolved.source,
    resolved.account_ref,
    resolved.person_id,
    resolved.decision
from resolved
where
    resolved.decision = 'different'
    or not exists (
        select 1
        from resolved as other
        where
            other.source = resolved.source
            and other.account_ref = resolved.account_ref
            and other.decision = 'same'
            and other.person_id <> resolved.person_id
    )
