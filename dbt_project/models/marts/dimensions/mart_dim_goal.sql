{{ config(alias='dim_goal') }}

-- A row a goal that may be shown: neither individual nor private.
with metric_now as (
    select
        targets.goal_id,
        max(case when metrics.is_customer_facing then 1 else 0 end) as n_customer_facing,
        count(*) - count(metrics.is_customer_facing) as n_unknown
    from {{ ref('goal_metric') }} as targets
    inner join {{ ref('dim_metric') }} as metrics on targets.metric_id = metrics.metric_id
    where
        targets.valid_from <= {{ as_of_date() }}
        and {{ as_of_date() }} < targets.valid_to
    group by targets.goal_id
)

select
    goals.goal_id,
    goals.title,
    goals.why,
    goals.level,
    goals.org_unit_id,
    goals.owner_label,
    goals.cycle,
    goals.starts_on,
    goals.ends_on,
    goals.status,
    goals.weight,
    goals.origin,
    case
        when goals.need_key is not null or metric_now.n_customer_facing = 1 then true
        when metric_now.n_unknown = 0 then false
    end as is_customer_facing,
    goals.need_key,
    goals.need_confirmed_on,
    coalesce(now.is_active, false) as is_active,
    goals.deleted_at
from {{ ref('dim_goal') }} as goals
left join {{ ref('goal_now') }} as now on goals.goal_id = now.goal_id
left join metric_now on goals.goal_id = metric_now.goal_id
where goals.is_published
