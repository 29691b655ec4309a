-- What an item's status category and assignee were, from an instant to the next, half-open, up to
-- as_of or the item's end. Before the first change its from_value holds, from the item's creation
-- on; without changes the item's own value. Categories come from changes of status_category where
-- the source gives those, else from changes of status. Intervals of no length are left out.
with category_source as (
    select distinct changes.source
    from {{ ref('stg_work_item_changes') }} as changes
    where changes.field = 'status_category'
),

own_value as (
    select
        items.work_item_id,
        items.source,
        'assignee' as field,
        substr(items.assignee_account_id, length(items.source) + 2) as held_value
    from {{ ref('stg_work_items') }} as items
    union all
    select items.work_item_id, items.source, 'status_category', items.status_category
    from {{ ref('stg_work_items') }} as items
),

change as (
    select
        changes.work_item_id,
        case when changes.field = 'assignee' then 'assignee' else 'status_category' end as field,
        changes.changed_at,
        changes.change_rank,
        case
            when changes.field = 'status' then before_status.status_category else changes.from_value
        end as from_value,
        case
            when changes.field = 'status' then after_status.status_category else changes.to_value
        end as to_value
    from {{ ref('stg_work_item_changes') }} as changes
    left join category_source on changes.source = category_source.source
    left join {{ ref('status_category') }} as before_status
        on changes.source = before_status.source and changes.from_value = before_status.status
    left join {{ ref('status_category') }} as after_status
        on changes.source = after_status.source and changes.to_value = after_status.status
    where
        changes.field = 'assignee'
        or changes.field = case
            when category_source.source is null then 'status' else 'status_category'
        end
),

value_start as (
    select
        change.work_item_id,
        change.field,
        change.changed_at as held_from,
        change.change_rank,
        change.to_value as held_value
    from change
    union all
    select
        own_value.work_item_id,
        own_value.field,
        items.created_at,
        0,
        case
            when first_change.work_item_id is null then own_value.held_value
            else first_change.from_value
        end
    from own_value
    inner join {{ ref('stg_work_items') }} as items on own_value.work_item_id = items.work_item_id
    left join change as first_change
        on
            own_value.work_item_id = first_change.work_item_id
            and own_value.field = first_change.field
            and first_change.change_rank = 1
),

held as (
    select
        value_start.work_item_id,
        value_start.field,
        value_start.held_value,
        value_start.held_from,
        least(
            lead(value_start.held_from) over (
                partition by value_start.work_item_id, value_start.field
                order by value_start.change_rank
            ),
            items.deleted_at,
            {{ as_of() }}
        ) as held_to
    from value_start
    inner join {{ ref('stg_work_items') }} as items on value_start.work_item_id = items.work_item_id
)

select held.work_item_id, held.field, held.held_value, held.held_from, held.held_to
from held
where held.held_from < held.held_to
