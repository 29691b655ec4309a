-- Every account of a tracker and every person named in a goal or survey system, with the person
-- that an override, a number, an e-mail or a key names without doubt (reading P4), if any. A key
-- that is an account's and a person's of one source is the account's first: the person of that key
-- only where nothing else says who it is.
with named_reference as (
    select source, owner_ref as account_ref from {{ ref('stg_goal_owners') }}
    union
    select source, created_by_ref from {{ ref('stg_goals') }}
    union
    select source, author_ref from {{ ref('stg_goal_checkins') }}
    union
    select source, author_ref from {{ ref('stg_goal_changes') }}
    union
    select source, owner_ref from {{ ref('stg_metrics') }}
    union
    select source, person_ref from {{ ref('stg_invitations') }}
    union
    select source, person_ref from {{ ref('stg_answers') }}
),

subject as (
    select
        source,
        account_key as account_ref,
        true as is_account,
        nullif(trim(employee_number), '') as employee_number,
        {{ normalised_email('email') }} as email
    from {{ ref('stg_accounts') }}
    union all
    select
        source,
        account_ref,
        false as is_account,
        trim(account_ref) as employee_number,
        {{ normalised_email('account_ref') }} as email
    from named_reference
    where
        account_ref <> ''
        and not exists (
            select 1
            from {{ ref('stg_accounts') }} as accounts
            where
                accounts.source = named_reference.source
                and accounts.account_key = named_reference.account_ref
        )
        and not exists (
            select 1
            from {{ ref('person_record') }} as records
            where
                records.source = named_reference.source
                and records.person_key = named_reference.account_ref
        )
),

person_of_number as (
    select employee_number, min(person_id) as person_id
    from {{ ref('person_record') }}
    where is_standing and employee_number is not null
    group by employee_number
    having min(person_id) = max(person_id)
),

person_of_email as (
    select email, min(person_id) as person_id
    from {{ ref('person_record') }}
    where is_standing and email is not null
    group by email
    having min(person_id) = max(person_id)
),

matched as (
    select
        subject.source,
        subject.account_ref,
        subject.is_account,
        declared.person_id as by_override,
        named.person_id as by_hr_id,
        numbered.person_id as by_number,
        mailed.person_id as by_email,
        same_key.person_id as by_hr_key
    from subject
    left join {{ ref('stg_identity_overrides') }} as overrides
        on
            subject.source = overrides.account_source
            and subject.account_ref = overrides.account_ref
    left join person_of_number as declared
        on overrides.employee_number = declared.employee_number
    left join {{ ref('person_record') }} as named
        on not subject.is_account and subject.account_ref = named.hr_person_id
    left join {{ ref('person_record') }} as same_key
        on subject.source = same_key.source and subject.account_ref = same_key.person_key
    left join person_of_number as numbered
        on subject.employee_number = numbered.employee_number
    left join person_of_email as mailed on subject.email = mailed.email
)

select
    source,
    account_ref,
    is_account,
    coalesce(by_override, by_hr_id, by_number, by_email, by_hr_key) as person_id,
    case
        when by_override is not null then 'override'
        when by_hr_id is not null then 'hr_key'
        when by_number is not null then 'employee_number'
        when by_email is not null then 'email'
        when by_hr_key is not null then 'hr_key'
    end as method
from matched
