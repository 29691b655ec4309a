-- What an initiative's name in a goal system means in the tracker that it names: the key of a work
-- item, else the last part of an item's address; of several the one that stands, then the least id.
with reference as (
    select distinct links.tracker, links.initiative_key
    from {{ ref('stg_goal_initiative_links') }} as links
),

by_address as (
    select
        items.source,
        items.address_name,
        items.work_item_id,
        row_number() over (
            partition by items.source, items.address_name
            order by case when items.deleted_at is null then 0 else 1 end, items.work_item_id
        ) as choice
    from {{ ref('stg_work_items') }} as items
    where items.address_name is not null
)

select
    reference.tracker,
    reference.initiative_key,
    coalesce(by_key.work_item_id, by_address.work_item_id) as work_item_id
from reference
left join {{ ref('stg_work_items') }} as by_key
    on reference.tracker = by_key.source and reference.initiative_key = by_key.work_item_key
left join by_address
    on
        reference.tracker = by_address.source
        and reference.initiative_key = by_address.address_name
        and by_address.choice = 1
