-- A row a unit as it is today; one that begins later is not active.
with recursive ranked as (
    select
        org_unit_id,
        name,
        parent_org_unit_id,
        valid_from,
        valid_to,
        valid_from <= {{ as_of_date() }} as is_active,
        row_number() over (
            partition by org_unit_id
            order by
                case when valid_from <= {{ as_of_date() }} then 0 else 1 end,
                case when valid_from <= {{ as_of_date() }} then valid_from end desc,
                valid_from
        ) as rank_of_version
    from {{ ref('dim_org_unit_history') }}
),

today as (
    select
        org_unit_id,
        name,
        case when is_active then parent_org_unit_id end as parent_org_unit_id,
        is_active,
        valid_from,
        valid_to
    from ranked
    where rank_of_version = 1
),

placed as (
    select org_unit_id, cast(0 as bigint) as depth, name as path
    from today
    where parent_org_unit_id is null
    union all
    select today.org_unit_id, placed.depth + 1 as depth, placed.path || ' / ' || today.name as path
    from placed
    inner join today on placed.org_unit_id = today.parent_org_unit_id
)

select
    today.org_unit_id,
    today.name,
    today.parent_org_unit_id,
    placed.depth,
    placed.path,
    today.is_active,
    today.valid_from,
    today.valid_to
from today
inner join placed on today.org_unit_id = placed.org_unit_id
