select mart.org_unit_id, mart.week_start as period_start
from {{ ref('effort_alignment') }} as mart
inner join {{ ref('headcount_unit_week') }} as unit
    on mart.org_unit_id = unit.org_unit_id and mart.week_start = unit.week_start
where
    not mart.suppressed
    and (unit.headcount < 20 or mart.n_people between 1 and {{ var('minimum_group_effort') }} - 1)
union all
select mart.org_unit_id, mart.month_start
from {{ ref('effort_own_unit') }} as mart
where
    not mart.suppressed
    and {{ var('minimum_group_effort') }} > (
        select count(distinct effort.worker_id)
        from {{ ref('fct_effort_seat') }} as effort
        inner join {{ ref('item_week_class') }} as class
            on effort.work_item_id = class.work_item_id and effort.week_start = class.week_start
        where
            effort.org_unit_id = mart.org_unit_id
            and class.node_class = mart.node_class
            and cast(date_trunc('month', effort.day) as date) = mart.month_start
    )
