-- Which goal a name in an edge, an owner or a target of the same system means: a goal of that
-- source, else source:key.
with reference as (
    select source, child_ref as goal_ref from {{ ref('stg_goal_edges') }}
    union
    select source, parent_ref from {{ ref('stg_goal_edges') }}
    union
    select source, goal_ref from {{ ref('stg_goal_owners') }}
    union
    select source, goal_ref from {{ ref('stg_goal_metrics') }}
)

select
    reference.source,
    reference.goal_ref,
    coalesce(own.goal_id, named.goal_id) as goal_id
from reference
left join {{ ref('stg_goals') }} as own
    on reference.source = own.source and reference.goal_ref = own.goal_key
left join {{ ref('stg_goals') }} as named on reference.goal_ref = named.goal_id
