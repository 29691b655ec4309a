-- Every goal that is active at as_of with every active goal that contributes to it over active
-- goals, itself included.
with recursive edge as (
    select distinct edges.child_id, edges.parent_id
    from {{ ref('goal_edge') }} as edges
    inner join {{ ref('goal_now') }} as child on edges.child_id = child.goal_id
    inner join {{ ref('goal_now') }} as parent on edges.parent_id = parent.goal_id
    where
        edges.edge_type = 'contributes'
        and not edges.is_cut
        and edges.valid_from <= {{ as_of_date() }}
        and edges.valid_to > {{ as_of_date() }}
        and child.is_active
        and parent.is_active
),

walk as (
    select goal.goal_id as ancestor_id, goal.goal_id as descendant_id
    from {{ ref('goal_now') }} as goal
    where goal.is_active
    {{ recursive_union() }}
    select walk.ancestor_id, edge.child_id
    from walk
    inner join edge on walk.descendant_id = edge.parent_id
)

select distinct walk.ancestor_id, walk.descendant_id
from walk
