select goal_id, week_start, is_active, is_ended, node_class
from {{ ref('goal_week') }}
where
    is_active <> (node_class is not null)
    or (is_active and is_ended)
    or (depth is not null) <> coalesce(node_class in ('top', 'aligned'), false)
    or (depth is not null) <> coalesce(links_to_top > 0, false)
