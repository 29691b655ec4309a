-- Today's goal tree over contributes edges: every shown goal with every shown goal above it,
-- itself at depth 0. A way through goals that are not shown counts with its length.
with recursive edge as (
    select child_id, parent_id
    from {{ ref('goal_edge') }}
    where
        edge_type = 'contributes'
        and not is_cut
        and valid_from <= {{ as_of_date() }}
        and {{ as_of_date() }} < valid_to
),

closure as (
    select goal_id as ancestor_id, goal_id as descendant_id, cast(0 as bigint) as depth
    from {{ ref('dim_goal') }}
    where is_published
    {{ recursive_union() }}
    select closure.ancestor_id, edge.child_id as descendant_id, closure.depth + 1 as depth
    from closure
    inner join edge on closure.descendant_id = edge.parent_id
)

select closure.ancestor_id, closure.descendant_id, min(closure.depth) as depth
from closure
inner join {{ ref('dim_goal') }} as goals on closure.descendant_id = goals.goal_id
where goals.is_published
group by closure.ancestor_id, closure.descendant_id
