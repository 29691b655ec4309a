-- A row a goal, newest version, even if gone, with the unit that it belongs to today.
with source_with_why as (
    select distinct source
    from {{ ref('stg_goals') }}
    where why is not null
),

owner as (
    select
        goal_id,
        min(owner_person_id) as person_id,
        min(owner_org_unit_id) as org_unit_id
    from {{ ref('goal_owner') }}
    where valid_from <= {{ as_of_date() }} and {{ as_of_date() }} < valid_to
    group by goal_id
),

unit_today as (
    select org_unit_id, name, head_person_id
    from {{ ref('dim_org_unit_history') }}
    where valid_from <= {{ as_of_date() }} and {{ as_of_date() }} < valid_to
),

owner_label as (
    select
        owner.goal_id,
        case
            when units.org_unit_id is null then owning_unit.name
            when units.head_person_id = owner.person_id then 'head of ' || units.name
            else units.name
        end as label
    from owner
    left join {{ ref('fct_seat') }} as seat
        on
            owner.person_id = seat.person_id
            and seat.is_primary_seat
            and seat.valid_from <= {{ as_of_date() }}
            and {{ as_of_date() }} < seat.valid_to
    left join unit_today as units on seat.org_unit_id = units.org_unit_id
    left join unit_today as owning_unit on owner.org_unit_id = owning_unit.org_unit_id
)

select
    goals.goal_id,
    goals.source,
    goals.goal_key,
    goals.title,
    goals.why,
    goals.level,
    goals.visibility,
    now.org_unit_id,
    owner_label.label as owner_label,
    goals.cycle,
    goals.starts_on,
    goals.ends_on,
    goals.status,
    goals.weight,
    goals.origin,
    goals.is_published,
    source_with_why.source is not null as has_why_field,
    goals.need_key,
    goals.need_confirmed_on,
    goals.checkin_cadence_days,
    goals.created_at,
    goals.updated_at,
    goals.first_seen_at,
    goals.deleted_at
from {{ ref('stg_goals') }} as goals
left join {{ ref('goal_now') }} as now on goals.goal_id = now.goal_id
left join owner_label on goals.goal_id = owner_label.goal_id
left join source_with_why on goals.source = source_with_why.source
