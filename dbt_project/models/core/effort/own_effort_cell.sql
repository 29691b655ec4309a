-- What a unit's own people did in a month by class, and whether that is of too few people, or
-- restated differs by too few people's effort from what was (reading E10).
with moved as (
    select own.org_unit_id, own.node_class, own.month_start, own.worker_id
    from {{ ref('own_effort') }} as own
    group by own.org_unit_id, own.node_class, own.month_start, own.worker_id
    having
        abs(
            sum(
                case when own.org_basis = 'as_was' then 1 else -1 end
                * cast(own.person_days as decimal(28, 12))
            )
        ) >= 0.0000000005
),

difference as (
    select moved.org_unit_id, moved.node_class, moved.month_start, count(*) as n_people
    from moved
    group by moved.org_unit_id, moved.node_class, moved.month_start
),

cell as (
    select
        own.org_unit_id,
        own.node_class,
        own.month_start,
        own.org_basis,
        count(*) as n_people,
        {{ exact_sum('own.person_days') }} as person_days
    from {{ ref('own_effort') }} as own
    group by own.org_unit_id, own.node_class, own.month_start, own.org_basis
)

select
    cell.org_unit_id,
    cell.node_class,
    cell.month_start,
    cell.org_basis,
    cell.n_people,
    cell.person_days,
    cell.n_people < {{ var('minimum_group_effort') }}
    or (
        cell.org_basis = 'restated'
        and coalesce(difference.n_people < {{ var('minimum_group_effort') }}, false)
    ) as is_hidden
from cell
left join difference
    on
        cell.org_unit_id = difference.org_unit_id
        and cell.node_class = difference.node_class
        and cell.month_start = difference.month_start
