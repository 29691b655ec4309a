-- A row a shown goal below a goal and stretch of days on which it counts there and is one thing:
-- its weight in that goal, the days on which it may be active as known in the stretch, and the day
-- on which it was written down, before which nobody waited for it.
select
    edges.parent_id,
    edges.child_id,
    coalesce(
        max(case when edges.weight > 0 then edges.weight end),
        max(case when history.weight > 0 then history.weight end)
    ) as weight,
    history.active_from,
    history.active_to,
    coalesce(
        {{ utc_date('child.created_at') }}, {{ utc_date('child.first_seen_at') }}
    ) as written_on,
    greatest(edges.valid_from, history.valid_from) as valid_from,
    max(least(edges.valid_to, history.valid_to)) as valid_to
from {{ ref('goal_edge') }} as edges
inner join {{ ref('dim_goal') }} as child
    on edges.child_id = child.goal_id and child.is_published
inner join {{ ref('dim_goal_history') }} as history
    on
        edges.child_id = history.goal_id
        and history.valid_from < edges.valid_to
        and edges.valid_from < history.valid_to
where
    edges.edge_type = 'contributes'
    and not edges.is_cut
    and coalesce(history.status not in ('draft', 'cancelled'), true)
group by
    edges.parent_id,
    edges.child_id,
    history.active_from,
    history.active_to,
    child.created_at,
    child.first_seen_at,
    greatest(edges.valid_from, history.valid_from)
