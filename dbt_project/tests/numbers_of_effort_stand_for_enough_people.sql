{%- set minimum = var('minimum_group_effort') %}
with own as (
    select
        effort.org_unit_id,
        effort.org_basis,
        class.node_class,
        cast(date_trunc('month', effort.day) as date) as month_start,
        count(distinct effort.worker_id) as n_workers
    from {{ ref('fct_effort_seat') }} as effort
    inner join {{ ref('item_week_class') }} as class
        on effort.work_item_id = class.work_item_id and effort.week_start = class.week_start
    group by
        effort.org_unit_id,
        effort.org_basis,
        class.node_class,
        cast(date_trunc('month', effort.day) as date)
),

pair as (
    select
        effort.from_org_unit_id,
        effort.to_org_unit_id,
        effort.month_start,
        count(distinct effort.worker_id) as n_workers
    from {{ ref('effort_between_units') }} as effort
    group by effort.from_org_unit_id, effort.to_org_unit_id, effort.month_start
)

select mart.org_unit_id, mart.week_start as period_start, mart.org_basis
from {{ ref('effort_alignment') }} as mart
inner join {{ ref('headcount_unit_week') }} as unit
    on
        mart.org_unit_id = unit.org_unit_id
        and mart.week_start = unit.week_start
        and mart.org_basis = unit.org_basis
where
    not mart.suppressed
    and (unit.headcount < 20 or mart.n_people between 1 and {{ minimum }} - 1)
union all
select mart.org_unit_id, mart.month_start, mart.org_basis
from {{ ref('effort_own_unit') }} as mart
left join own
    on
        mart.org_unit_id = own.org_unit_id
        and mart.org_basis = own.org_basis
        and mart.node_class = own.node_class
        and mart.month_start = own.month_start
where not mart.suppressed and coalesce(own.n_workers, 0) < {{ minimum }}
union all
select mart.from_org_unit_id, mart.month_start, 'as_was' as org_basis
from {{ ref('unit_dependency') }} as mart
left join pair
    on
        mart.from_org_unit_id = pair.from_org_unit_id
        and mart.to_org_unit_id = pair.to_org_unit_id
        and mart.month_start = pair.month_start
where not mart.suppressed and coalesce(pair.n_workers, 0) < {{ minimum }}
