-- Whether a goal that exists on a month's Sunday, active or not, is customers' (reading K1): with a
-- need, or with a metric in force that customers feel; null where that is unknown.
with goal as (
    select week.goal_id, months.month_start, months.sunday
    from (
        select distinct unit_month.month_start, unit_month.week_start, unit_month.sunday
        from {{ ref('unit_month') }} as unit_month
    ) as months
    inner join {{ ref('goal_week') }} as week on months.week_start = week.week_start
),

metric as (
    select
        goal.goal_id,
        goal.month_start,
        count(case when metrics.is_customer_facing then 1 end) as n_facing,
        count(*) - count(metrics.is_customer_facing) as n_unknown
    from goal
    inner join {{ ref('goal_metric') }} as target
        on
            goal.goal_id = target.goal_id
            and target.valid_from <= goal.sunday
            and goal.sunday < target.valid_to
    inner join {{ ref('dim_metric') }} as metrics on target.metric_id = metrics.metric_id
    group by goal.goal_id, goal.month_start
)

select
    goal.goal_id,
    goal.month_start,
    case
        when goals.need_key is not null or metric.n_facing > 0 then true
        when metric.n_unknown = 0 then false
    end as is_customer_facing,
    {{ days_between('goals.need_confirmed_on', 'goal.sunday') }} as days_since_need_confirmed
from goal
inner join {{ ref('dim_goal') }} as goals on goal.goal_id = goals.goal_id
left join metric on goal.goal_id = metric.goal_id and goal.month_start = metric.month_start
