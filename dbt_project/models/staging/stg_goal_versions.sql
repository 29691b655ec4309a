select
    versions.source || ':' || versions.goal_key as goal_id,
    versions.source,
    versions.status,
    versions.level,
    nullif(trim(versions.org_unit_ref), '') as org_unit_ref,
    versions.weight,
    versions.starts_on,
    versions.ends_on,
    {{ utc_date('versions.first_seen_at') }} as first_seen_on,
    versions.seen_from,
    versions.seen_to
from ({{ seen_versions('goals', through_gaps=true) }}) as versions
