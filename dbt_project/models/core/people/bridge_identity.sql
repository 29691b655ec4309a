-- Who an account, an HR key or a person named in a goal or survey system is: what is certain
-- (reading P4), else what was decided, else what is linked (reading P5). What matches nobody stays.
with decided as (
    select source, account_ref, person_id
    from {{ ref('identity_decision') }}
    where decision = 'same'
),

linked as (
    select source, account_ref, person_id, probability
    from {{ ref('identity_candidate') }}
    where is_linked
)

select
    certain.source,
    certain.account_ref,
    coalesce(certain.person_id, decided.person_id, linked.person_id) as person_id,
    case
        when certain.person_id is not null then certain.method
        when decided.person_id is not null then 'review'
        when linked.person_id is not null then 'linkage'
        else 'unmatched'
    end as method,
    case
        when coalesce(certain.person_id, decided.person_id) is not null
            then cast(1 as {{ type_double() }})
        else linked.probability
    end as probability
from {{ ref('identity_certain') }} as certain
left join decided
    on certain.source = decided.source and certain.account_ref = decided.account_ref
left join linked
    on certain.source = linked.source and certain.account_ref = linked.account_ref
union all
select
    records.source,
    records.person_key as account_ref,
    records.person_id,
    'hr_key' as method,
    cast(1 as {{ type_double() }}) as probability
from {{ ref('person_record') }} as records
left join {{ ref('identity_certain') }} as certain
    on records.source = certain.source and records.person_key = certain.account_ref
where certain.account_ref is null
