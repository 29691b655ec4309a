-- The contributes edges of each judged week that are not cut and join goals that have begun, the
-- active and the ended ones.
select
    child.week_start,
    edges.child_id,
    edges.parent_id,
    child.is_active as child_is_active,
    parent.is_active as parent_is_active
from {{ ref('goal_edge') }} as edges
inner join {{ ref('goal_week_state') }} as child
    on
        edges.child_id = child.goal_id
        and edges.valid_from <= child.judged_on
        and child.judged_on < edges.valid_to
        and (child.is_active or child.is_ended)
inner join {{ ref('goal_week_state') }} as parent
    on
        edges.parent_id = parent.goal_id
        and child.week_start = parent.week_start
        and (parent.is_active or parent.is_ended)
where edges.edge_type = 'contributes' and not edges.is_cut
