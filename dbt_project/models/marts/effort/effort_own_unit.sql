-- Effort of a unit's own people in a calendar month by class: rows add up over units and classes.
-- A cell of too few people holds no number (reading E10).
with cell as (
    select
        effort.org_unit_id,
        class.node_class,
        cast(date_trunc('month', effort.day) as date) as month_start,
        {{ exact_sum('effort.person_days') }} as person_days,
        count(distinct effort.worker_id) < {{ var('minimum_group_effort') }} as suppressed
    from {{ ref('fct_effort_seat') }} as effort
    inner join {{ ref('item_week_class') }} as class
        on effort.work_item_id = class.work_item_id and effort.week_start = class.week_start
    where effort.org_unit_id is not null
    group by effort.org_unit_id, class.node_class, cast(date_trunc('month', effort.day) as date)
)

select
    cell.org_unit_id,
    cell.node_class,
    cell.month_start,
    'as_was' as org_basis,
    case when not cell.suppressed then cell.person_days end as person_days,
    cell.suppressed
from cell
