-- Edges between goals that exist, with the days on which they stand. A contributes edge is cut
-- while its parent reaches its child over older edges: it is the newest of a cycle (reading G4).
with recursive edge as (
    select
        child.goal_id as child_id,
        parent.goal_id as parent_id,
        edges.edge_type,
        max(edges.weight) as weight,
        coalesce(child.updated_at, {{ undated() }}) as newness,
        edges.seen_from as valid_from,
        max(least(edges.seen_to, child.exists_until, parent.exists_until)) as valid_to
    from {{ ref('stg_goal_edges') }} as edges
    inner join {{ ref('goal_ref') }} as child_ref
        on edges.source = child_ref.source and edges.child_ref = child_ref.goal_ref
    inner join {{ ref('stg_goals') }} as child on child_ref.goal_id = child.goal_id
    inner join {{ ref('goal_ref') }} as parent_ref
        on edges.source = parent_ref.source and edges.parent_ref = parent_ref.goal_ref
    inner join {{ ref('stg_goals') }} as parent on parent_ref.goal_id = parent.goal_id
    where edges.seen_from < least(edges.seen_to, child.exists_until, parent.exists_until)
    group by
        child.goal_id, parent.goal_id, edges.edge_type, child.updated_at, edges.seen_from
),

contribution as (
    select distinct child_id, parent_id, newness, valid_from, valid_to
    from edge
    where edge_type = 'contributes'
),

older_path as (
    select child_id, parent_id, newness, parent_id as node_id, valid_from, valid_to
    from contribution
    {{ recursive_union() }}
    select
        older_path.child_id,
        older_path.parent_id,
        older_path.newness,
        contribution.parent_id as node_id,
        greatest(older_path.valid_from, contribution.valid_from) as valid_from,
        least(older_path.valid_to, contribution.valid_to) as valid_to
    from older_path
    inner join contribution
        on
            older_path.node_id = contribution.child_id
            and contribution.valid_from < older_path.valid_to
            and older_path.valid_from < contribution.valid_to
            and (
                contribution.newness < older_path.newness
                or (
                    contribution.newness = older_path.newness
                    and (
                        contribution.child_id < older_path.child_id
                        or (
                            contribution.child_id = older_path.child_id
                            and contribution.parent_id < older_path.parent_id
                        )
                    )
                )
            )
    where older_path.node_id <> older_path.child_id
),

cut as (
    select distinct child_id, parent_id, valid_from, valid_to
    from older_path
    where node_id = child_id
),

boundary as (
    select child_id, parent_id, edge_type, valid_from as since, valid_from as day from edge
    union
    select edge.child_id, edge.parent_id, edge.edge_type, edge.valid_from, days.day
    from edge
    inner join (
        select child_id, parent_id, valid_from as day from cut
        union
        select child_id, parent_id, valid_to as day from cut
    ) as days
        on
            edge.child_id = days.child_id
            and edge.parent_id = days.parent_id
            and edge.valid_from < days.day
            and days.day < edge.valid_to
    where edge.edge_type = 'contributes'
),

piece as (
    select
        edge.child_id,
        edge.parent_id,
        edge.edge_type,
        edge.weight,
        boundary.day as valid_from,
        coalesce(
            lead(boundary.day) over (
                partition by
                    boundary.child_id, boundary.parent_id, boundary.edge_type, boundary.since
                order by boundary.day
            ),
            edge.valid_to
        ) as valid_to
    from boundary
    inner join edge
        on
            boundary.child_id = edge.child_id
            and boundary.parent_id = edge.parent_id
            and boundary.edge_type = edge.edge_type
            and boundary.since = edge.valid_from
)

select
    piece.child_id,
    piece.parent_id,
    piece.edge_type,
    piece.weight,
    piece.edge_type = 'contributes' and exists (
        select 1
        from cut
        where
            cut.child_id = piece.child_id
            and cut.parent_id = piece.parent_id
            and cut.valid_from <= piece.valid_from
            and piece.valid_from < cut.valid_to
    ) as is_cut,
    piece.valid_from,
    piece.valid_to
from piece
