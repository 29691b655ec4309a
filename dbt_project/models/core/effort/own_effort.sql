-- Effort of a worker that counts directly in a unit, by calendar month and class, by the units of
-- the time and restated.
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
