-- A work item as it is today. What only a worklog names has a row with its id and nothing else, so
-- that no effort is lost.
with nearest_initiative as (
    select
        bridge.descendant_id,
        bridge.ancestor_id as initiative_id,
        row_number() over (partition by bridge.descendant_id order by bridge.depth) as nearness
    from {{ ref('bridge_work_item') }} as bridge
    inner join {{ ref('stg_work_items') }} as above on bridge.ancestor_id = above.work_item_id
    where above.is_initiative
),

only_in_worklogs as (
    select distinct
        worklogs.work_item_id,
        worklogs.source,
        substr(worklogs.work_item_id, length(worklogs.source) + 2) as work_item_key
    from {{ ref('stg_worklogs') }} as worklogs
    left join {{ ref('stg_work_items') }} as items on worklogs.work_item_id = items.work_item_id
    where items.work_item_id is null
)

select
    items.work_item_id,
    items.source,
    items.work_item_key,
    parent.parent_id,
    nearest_initiative.initiative_id,
    items.is_initiative,
    items.type,
    items.title,
    items.status,
    items.status_category,
    items.assignee_account_id,
    identity.person_id as assignee_person_id,
    reporter.person_id as reporter_person_id,
    items.created_at,
    items.updated_at,
    items.started_on,
    items.due_on,
    items.closed_at,
    items.deleted_at,
    items.url,
    items.address_name
from {{ ref('stg_work_items') }} as items
left join {{ ref('work_item_parent') }} as parent on items.work_item_id = parent.work_item_id
left join nearest_initiative
    on items.work_item_id = nearest_initiative.descendant_id and nearest_initiative.nearness = 1
left join {{ ref('tracker_account') }} as identity
    on items.assignee_account_id = identity.account_id
left join {{ ref('bridge_identity') }} as reporter
    on
        items.source = reporter.source
        and substr(items.reporter_account_id, length(items.source) + 2) = reporter.account_ref
union all
select
    only_in_worklogs.work_item_id,
    only_in_worklogs.source,
    only_in_worklogs.work_item_key,
    null, null, false, null, null, null, null, null, null, null, null, null, null, null, null,
    null, null,
    null
from only_in_worklogs
