-- Work items whose title stays in core: named by their key or by the name in their address.
select
    withheld.initiative_ref,
    items.work_item_id,
    coalesce(items.work_item_id, '') as match_key
from {{ ref('stg_withheld_titles') }} as withheld
left join {{ ref('stg_work_items') }} as items
    on
        withheld.initiative_ref = items.work_item_id
        or withheld.initiative_ref = items.source || ':' || items.address_name
