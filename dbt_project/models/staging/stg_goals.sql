{{ config(materialized="table") }}

select
    goals.source || ':' || goals.goal_key as goal_id,
    goals.source,
    goals.goal_key,
    goals.title,
    nullif(trim(goals.why), '') as why,
    goals.level,
    goals.visibility,
    nullif(trim(goals.org_unit_ref), '') as org_unit_ref,
    goals.cycle,
    goals.starts_on,
    goals.ends_on,
    goals.status,
    goals.weight,
    goals.origin,
    nullif(trim(goals.created_by_ref), '') as created_by_ref,
    goals.created_at,
    goals.checkin_cadence_days,
    nullif(trim(goals.need_key), '') as need_key,
    goals.need_confirmed_on,
    goals.updated_at,
    goals.first_seen_at,
    goals.deleted_at,
    coalesce({{ utc_date('goals.deleted_at') }}, {{ open_end() }}) as exists_until,
    coalesce(goals.level <> 'individual', true)
    and coalesce(goals.visibility <> 'private', true) as is_published
from ({{ newest_version('goals', swept_key='goal_key') }}) as goals
