-- What changed on work items up to as_of. `change_rank` orders the changes of one item and field:
-- by instant, then by key, a shorter key before a longer one as numbers count.
{{ config(materialized='table') }}

select
    standing.source,
    standing.change_key,
    standing.source || ':' || standing.change_key as change_id,
    standing.source || ':' || standing.work_item_key as work_item_id,
    standing.changed_at,
    standing.field,
    nullif(standing.from_value, '') as from_value,
    nullif(standing.to_value, '') as to_value,
    row_number() over (
        partition by standing.source, standing.work_item_key, standing.field
        order by standing.changed_at, length(standing.change_key), standing.change_key
    ) as change_rank
from ({{ standing_rows('work_item_changes') }}) as standing
where standing.changed_at <= {{ as_of() }}
