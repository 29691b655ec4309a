-- Work items as they are today, even if gone.
{{ config(materialized='table') }}

select
    newest.source,
    newest.work_item_key,
    newest.source || ':' || newest.work_item_key as work_item_id,
    newest.source || ':' || newest.parent_key as source_parent_id,
    coalesce(newest.is_initiative, false) as is_initiative,
    newest.type,
    newest.title,
    newest.status,
    newest.status_category,
    newest.source || ':' || newest.assignee_key as assignee_account_id,
    newest.source || ':' || newest.reporter_key as reporter_account_id,
    newest.created_at,
    newest.updated_at,
    newest.started_on,
    newest.due_on,
    newest.closed_at,
    newest.goal_refs,
    newest.url,
    {{ extract_first('newest.url', '([^/]+)/*$') }} as address_name,
    newest.first_seen_at,
    newest.deleted_at
from ({{ newest_version('work_items', 'work_item_key') }}) as newest
