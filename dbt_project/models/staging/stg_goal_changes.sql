select
    changes.source || ':' || changes.change_key as change_id,
    changes.source,
    changes.source || ':' || changes.goal_key as goal_id,
    changes.changed_at,
    {{ utc_date('changes.changed_at') }} as changed_on,
    nullif(trim(changes.author_ref), '') as author_ref,
    lower(trim(changes.field)) as field,
    nullif(trim(changes.from_value), '') as from_value,
    nullif(trim(changes.to_value), '') as to_value
from ({{ standing_rows('goal_changes', swept_key='change_key') }}) as changes
where changes.changed_at <= {{ as_of() }}
