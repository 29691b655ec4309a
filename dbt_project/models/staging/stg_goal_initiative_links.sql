-- Links that a goal system or a declared file states. A statement that vanished ends when it was
-- last seen missing.
select
    newest.source,
    newest.source || ':' || newest.record_key as link_id,
    newest.goal_key,
    newest.tracker,
    newest.initiative_key,
    nullif(newest.linked_at, cast('1970-01-01T00:00:00Z' as timestamptz)) as linked_at,
    least(newest.unlinked_at, newest.deleted_at) as unlinked_at,
    coalesce(
        newest.stated_in,
        case when newest.source = 'declared' then 'declared' else 'goal_system' end
    ) as stated_in,
    newest.first_seen_at,
    coalesce(newest.deleted_at, {{ as_of() }}) as last_seen_at
from ({{ newest_version('goal_initiative_links') }}) as newest
