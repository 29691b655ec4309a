select
    owners.source,
    owners.goal_key as goal_ref,
    trim(owners.owner_ref) as owner_ref,
    trim(owners.org_unit_ref) as org_unit_ref,
    owners.seen_from,
    owners.seen_to
from ({{ seen_versions('goal_owners') }}) as owners
