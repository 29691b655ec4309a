-- A row for every unit that another record names: which unit is meant. Looked for by key in the
-- same source, as source:key, by a key that one unit has, by today's name, by any name.
with reference as (
    select source, parent_ref as org_unit_ref from {{ ref('stg_org_units') }}
    union
    select source, org_unit_ref from {{ ref('stg_assignments') }}
    union
    select source, org_unit_ref from {{ ref('stg_goal_versions') }}
    union
    select source, org_unit_ref from {{ ref('stg_goal_owners') }}
    union
    select source, org_unit_ref from {{ ref('stg_invitations') }}
    union
    select source, org_unit_ref from {{ ref('stg_answers') }}
    union
    select source, from_value
    from {{ ref('stg_goal_changes') }}
    where field = 'org_unit_ref'
    union
    select source, to_value
    from {{ ref('stg_goal_changes') }}
    where field = 'org_unit_ref'
),

unit_name as (
    select
        source,
        org_unit_id,
        org_unit_key,
        lower(trim(name)) as name,
        valid_from <= {{ as_of_date() }} and {{ as_of_date() }} < valid_to as is_today
    from {{ ref('stg_org_units') }}
),

candidate as (
    select 1 as preference, source, org_unit_key as term, org_unit_id from unit_name
    union all
    select 2 as preference, cast(null as text) as source, org_unit_id as term, org_unit_id
    from unit_name
    union all
    select 3 as preference, cast(null as text) as source, org_unit_key as term, org_unit_id
    from unit_name
    union all
    select 4 as preference, source, name as term, org_unit_id
    from unit_name
    where is_today
    union all
    select 5 as preference, cast(null as text) as source, name as term, org_unit_id
    from unit_name
    where is_today
    union all
    select 6 as preference, cast(null as text) as source, name as term, org_unit_id
    from unit_name
),

unambiguous as (
    select preference, source, term, min(org_unit_id) as org_unit_id
    from candidate
    group by preference, source, term
    having min(org_unit_id) = max(org_unit_id)
),

resolved as (
    select
        reference.source,
        reference.org_unit_ref,
        unambiguous.org_unit_id,
        row_number() over (
            partition by reference.source, reference.org_unit_ref
            order by unambiguous.preference nulls last
        ) as rank_of_match
    from reference
    left join unambiguous
        on
            unambiguous.term = case
                when unambiguous.preference <= 3 then reference.org_unit_ref
                else lower(trim(reference.org_unit_ref))
            end
            and (unambiguous.source is null or unambiguous.source = reference.source)
    where reference.org_unit_ref <> ''
)

select source, org_unit_ref, org_unit_id
from resolved
where rank_of_match = 1
