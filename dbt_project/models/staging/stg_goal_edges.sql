select
    edges.source,
    edges.child_key as child_ref,
    edges.parent_key as parent_ref,
    edges.edge_type,
    edges.weight,
    edges.seen_from,
    edges.seen_to
from ({{ seen_versions('goal_edges') }}) as edges
