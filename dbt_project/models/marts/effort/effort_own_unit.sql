-- Effort of a unit's own people in a calendar month by class, by the units of the time and
-- restated: rows add up over units and classes. A cell of too few people holds no number (reading
-- E10), nor does a restated one that differs by too few people's effort from what was.
with own as (
    select
        effort.org_unit_id,
        class.node_class,
        cast(date_trunc('month', effort.day) as date) as month_start,
        effort.org_basis,
        effort.worker_id,
        {{ exact_sum('effort.person_days') }} as person_days
    from {{ ref('fct_effort_seat') }} as effort
    inner join {{ ref('item_week_class') }} as class
        on effort.work_item_id = class.work_item_id and effort.week_start = class.week_start
    where effort.org_unit_id is not null
    group by
        effort.org_unit_id,
        class.node_class,
        cast(date_trunc('month', effort.day) as date),
        effort.org_basis,
        effort.worker_id
),

moved as (
    select own.org_unit_id, own.node_class, own.month_start, own.worker_id
    from own
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
    from own
    group by own.org_unit_id, own.node_class, own.month_start, own.org_basis
),

judged as (
    select
        cell.*,
        cell.n_people < {{ var('minimum_group_effort') }}
        or (
            cell.org_basis = 'restated'
            and coalesce(difference.n_people < {{ var('minimum_group_effort') }}, false)
        ) as suppressed
    from cell
    left join difference
        on
            cell.org_unit_id = difference.org_unit_id
            and cell.node_class = difference.node_class
            and cell.month_start = difference.month_start
)

select
    judged.org_unit_id,
    judged.node_class,
    judged.month_start,
    judged.org_basis,
    case when not judged.suppressed then judged.person_days end as person_days,
    judged.suppressed
from judged
