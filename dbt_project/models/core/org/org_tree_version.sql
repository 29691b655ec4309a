-- A row a version of the tree: its days and its root, the root unit with the largest subtree.
with member as (
    select
        root.org_unit_id as root_id,
        greatest(root.valid_from, closure.valid_from) as valid_from,
        least(root.valid_to, closure.valid_to) as valid_to
    from {{ ref('dim_org_unit_history') }} as root
    inner join {{ ref('bridge_org_unit_history') }} as closure
        on
            root.org_unit_id = closure.ancestor_id
            and closure.valid_from < root.valid_to
            and root.valid_from < closure.valid_to
    where root.parent_org_unit_id is null
),

movement as (
    select root_id, valid_from as day, 1 as step from member
    union all
    select root_id, valid_to as day, -1 as step from member
),

movement_of_day as (
    select root_id, day, sum(step) as step
    from movement
    group by root_id, day
),

root_size as (
    select
        root_id,
        day as valid_from,
        lead(day) over (partition by root_id order by day) as valid_to,
        sum(step) over (partition by root_id order by day) as n_units
    from movement_of_day
),

tree_day as (
    select valid_from as day from {{ ref('dim_org_unit_history') }}
    union
    select valid_from as day from {{ ref('bridge_org_unit_history') }}
),

ranked as (
    select
        tree_day.day,
        root_size.root_id,
        row_number() over (
            partition by tree_day.day order by root_size.n_units desc, root_size.root_id asc
        ) as rank_of_root
    from tree_day
    inner join root_size
        on
            root_size.valid_from <= tree_day.day
            and tree_day.day < root_size.valid_to
            and root_size.n_units > 0
)

select
    day as valid_from,
    coalesce(lead(day) over (order by day), {{ open_end() }}) as valid_to,
    root_id as root_org_unit_id
from ranked
where rank_of_root = 1
