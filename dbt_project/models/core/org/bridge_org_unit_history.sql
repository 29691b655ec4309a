-- The closure of the org tree over all time: who is above whom from when to when, a unit above
-- itself at depth 0. Rows of one pair never overlap.
with recursive marked as (
    select
        org_unit_id as child_id,
        parent_org_unit_id as parent_id,
        valid_from,
        valid_to,
        case
            when
                lag(parent_org_unit_id) over (partition by org_unit_id order by valid_from)
                = parent_org_unit_id
                then 0
            else 1
        end as is_new
    from {{ ref('dim_org_unit_history') }}
),

numbered as (
    select
        child_id,
        parent_id,
        valid_from,
        valid_to,
        sum(is_new) over (partition by child_id order by valid_from) as stretch
    from marked
),

edge as (
    select child_id, parent_id, min(valid_from) as valid_from, max(valid_to) as valid_to
    from numbered
    where parent_id is not null
    group by child_id, parent_id, stretch
),

closure as (
    select
        org_unit_id as ancestor_id,
        org_unit_id as descendant_id,
        cast(0 as bigint) as depth,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to
    from {{ ref('dim_org_unit_history') }}
    group by org_unit_id
    {{ recursive_union() }}
    select
        closure.ancestor_id,
        edge.child_id as descendant_id,
        closure.depth + 1 as depth,
        greatest(closure.valid_from, edge.valid_from) as valid_from,
        least(closure.valid_to, edge.valid_to) as valid_to
    from closure
    inner join edge
        on
            closure.descendant_id = edge.parent_id
            and edge.valid_from < closure.valid_to
            and closure.valid_from < edge.valid_to
)

select ancestor_id, descendant_id, depth, valid_from, valid_to
from closure
