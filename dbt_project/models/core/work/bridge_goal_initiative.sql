-- Direct links of goals and work items with the days they began and ended. A reference that names
-- no goal or no item is no link. Without a date a link holds since the item was created.
with stated as (
    select
        goals.goal_id,
        items.work_item_id,
        links.stated_in as method,
        links.linked_at,
        links.unlinked_at,
        links.first_seen_at,
        links.last_seen_at
    from {{ ref('stg_goal_initiative_links') }} as links
    inner join {{ ref('goal_reference') }} as goals
        on links.source = goals.source and links.goal_key = goals.goal_ref
    inner join {{ ref('initiative_reference') }} as items
        on links.tracker = items.tracker and links.initiative_key = items.initiative_key
),

on_item as (
    select
        goals.goal_id,
        items.work_item_id,
        'item_reference' as method,
        named.linked_at,
        named.unlinked_at,
        items.first_seen_at,
        coalesce(named.unlinked_at, items.deleted_at, {{ as_of() }}) as last_seen_at
    from {{ ref('item_goal_ref') }} as named
    inner join {{ ref('stg_work_items') }} as items on named.work_item_id = items.work_item_id
    inner join {{ ref('goal_reference') }} as goals
        on items.source = goals.source and named.goal_ref = goals.goal_ref
),

either as (
    select * from stated
    union all
    select * from on_item
),

direct as (
    select links.*, {{ utc_date('coalesce(links.linked_at, items.created_at)') }} as linked_on
    from either as links
    inner join {{ ref('stg_work_items') }} as items on links.work_item_id = items.work_item_id
    where links.goal_id is not null
)

select
    direct.goal_id,
    direct.work_item_id,
    direct.method,
    cast(
        case direct.method when 'item_reference' then 0.9 else 1 end as {{ type_double() }}
    ) as confidence,
    direct.linked_on,
    case
        when count(*) = count(direct.unlinked_at) then {{ utc_date('max(direct.unlinked_at)') }}
    end as unlinked_on,
    min(direct.first_seen_at) as first_seen,
    max(direct.last_seen_at) as last_seen
from direct
group by direct.goal_id, direct.work_item_id, direct.method, direct.linked_on
