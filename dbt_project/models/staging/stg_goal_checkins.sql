select
    checkins.source || ':' || checkins.checkin_key as checkin_id,
    checkins.source,
    checkins.source || ':' || checkins.goal_key as goal_id,
    checkins.checked_at,
    {{ utc_date('checkins.checked_at') }} as checked_on,
    nullif(trim(checkins.author_ref), '') as author_ref,
    checkins.progress,
    checkins.confidence,
    checkins.status
from ({{ standing_rows('goal_checkins', swept_key='checkin_key') }}) as checkins
where checkins.checked_at <= {{ as_of() }}
