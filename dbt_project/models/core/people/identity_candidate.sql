-- Who an account may be that nothing certain and no decision names, after what was decided against,
-- and whether the best candidate is believed (reading P5).
with possible as (
    select
        candidates.source,
        candidates.account_ref,
        certain.is_account,
        records.person_id,
        {{ exact_sum('candidates.match_probability') }} as match_probability
    from {{ source('linkage', 'candidates') }} as candidates
    inner join {{ ref('identity_certain') }} as certain
        on
            candidates.source = certain.source
            and candidates.account_ref = certain.account_ref
            and certain.person_id is null
    inner join {{ ref('person_record') }} as records
        on candidates.hr_person_id = records.hr_person_id and records.is_standing
    where
        not exists (
            select 1
            from {{ ref('identity_decision') }} as decided
            where
                decided.source = candidates.source
                and decided.account_ref = candidates.account_ref
                and decided.decision = 'same'
        )
    group by
        candidates.source, candidates.account_ref, certain.is_account, records.person_id
),

judged as (
    select
        possible.*,
        exists(
            select 1
            from {{ ref('identity_decision') }} as decided
            where
                decided.source = possible.source
                and decided.account_ref = possible.account_ref
                and (decided.person_id is null or decided.person_id = possible.person_id)
        ) as is_excluded
    from possible
),

remaining as (
    select
        source,
        account_ref,
        is_account,
        person_id,
        is_excluded,
        match_probability / (
            1 - least(
                cast(
                    sum(
                        cast(
                            case when is_excluded then match_probability else 0 end
                            as decimal(38, 18)
                        )
                    ) over (partition by source, account_ref) as {{ type_double() }}
                ),
                0.999999
            )
        ) as probability
    from judged
),

account_of_person as (
    select source, person_id
    from {{ ref('identity_certain') }}
    where is_account and person_id is not null
    union
    select decided.source, decided.person_id
    from {{ ref('identity_decision') }} as decided
    inner join {{ ref('identity_certain') }} as certain
        on decided.source = certain.source and decided.account_ref = certain.account_ref
    where decided.decision = 'same' and certain.is_account
),

compared as (
    select
        remaining.source,
        remaining.account_ref,
        remaining.is_account,
        remaining.person_id,
        remaining.probability,
        account_of_person.person_id is not null and remaining.is_account as has_account,
        least(remaining.probability, 0.999999)
        / (1 - least(remaining.probability, 0.999999)) as odds
    from remaining
    left join account_of_person
        on
            remaining.source = account_of_person.source
            and remaining.person_id = account_of_person.person_id
    where not remaining.is_excluded
),

ranked as (
    select
        compared.*,
        row_number() over (
            partition by source, account_ref
            order by probability desc, person_id asc
        ) as rank_of_candidate,
        probability - coalesce(
            lead(probability) over (
                partition by source, account_ref
                order by probability desc, person_id asc
            ),
            0
        ) as margin,
        case
            when is_account
                then odds / cast(
                        sum(cast(odds as decimal(38, 12))) over (
                            partition by source, person_id, is_account
                        ) as {{ type_double() }}
                    )
            else cast(1 as {{ type_double() }})
        end as claim
    from compared
)

select
    source,
    account_ref,
    person_id,
    probability,
    rank_of_candidate,
    margin,
    claim,
    has_account,
    rank_of_candidate = 1
    and probability >= {{ var('identity_threshold') }}
    and margin >= 0.5
    and claim >= {{ var('identity_threshold') }}
    and not has_account as is_linked
from ranked
