-- A row a source and frame: what its last run brought, and until when it counts as fresh. What a
-- failed run did not bring keeps the time of the last good one. The words of a load hold what a
-- system answered, which may name a person: they stay in the warehouse.
with known as (
    select
        loads.*,
        max(case when loads.status = 'ok' then loads.pulled_at end) over (
            partition by loads.source, loads.frame
        ) as last_good_at,
        row_number() over (
            partition by loads.source, loads.frame
            order by
                loads.as_of desc,
                length(loads.pull_id) desc,
                loads.pull_id desc,
                loads.pulled_at desc nulls last,
                loads.run_id desc
        ) as rank_of_run
    from {{ source('raw', 'frame_loads') }} as loads
    where loads.as_of <= {{ as_of() }}
),

latest as (
    select
        known.*,
        {{ add_hours('last_good_at', '1.5 * coalesce(cadence_hours, 24)') }} as fresh_until
    from known
    where rank_of_run = 1
),

matched as (
    select
        accounts.source,
        'accounts' as frame,
        avg(case when identity.person_id is null then 0.0 else 1.0 end) as matched_share
    from {{ ref('stg_accounts') }} as accounts
    inner join {{ ref('bridge_identity') }} as identity
        on
            accounts.source = identity.source
            and accounts.account_key = identity.account_ref
    group by accounts.source
    union all
    select
        goals.source,
        'goal_owners' as frame,
        avg(
            case
                when coalesce(owners.owner_person_id, owners.owner_org_unit_id) is null then 0.0
                else 1.0
            end
        ) as matched_share
    from {{ ref('goal_owner') }} as owners
    inner join {{ ref('dim_goal') }} as goals on owners.goal_id = goals.goal_id
    group by goals.source
    union all
    select
        assignments.source,
        'assignments' as frame,
        avg(
            case
                when units.org_unit_id is null or people.person_id is null then 0.0
                else 1.0
            end
        ) as matched_share
    from {{ ref('stg_assignments') }} as assignments
    left join {{ ref('person_record') }} as people
        on assignments.hr_person_id = people.hr_person_id
    left join {{ ref('bridge_org_unit_ref') }} as units
        on
            assignments.source = units.source
            and assignments.org_unit_ref = units.org_unit_ref
    group by assignments.source
)

select
    latest.source,
    latest.frame,
    latest.run_id,
    latest.last_good_at as pulled_at,
    latest.fresh_until,
    coalesce(latest.fresh_until >= {{ as_of() }}, false) as is_fresh,
    latest.rows_pulled,
    latest.rows_loaded,
    latest.rows_unchanged,
    latest.rows_duplicate,
    latest.rows_quarantined,
    latest.rows_deleted,
    cast(matched.matched_share as {{ type_double() }}) as matched_share,
    latest.status,
    case
        when latest.status = 'failed'
            then 'Not read this time: the last good data stays. alignmart status says why.'
        when latest.status = 'stale'
            then 'Not believed until a later night says the same. alignmart status says why.'
        when coalesce(latest.message, '') <> ''
            then 'Something is missing or still to come. alignmart status says what.'
    end as message
from latest
left join matched on latest.source = matched.source and latest.frame = matched.frame
