-- A unit's goals and effort for customers, by month and basis, whether shown or not (reading K1).
with goal as (
    select
        goals.org_unit_id,
        goals.month_start,
        goals.org_basis,
        goals.goal_id,
        customer.is_customer_facing,
        case
            when customer.is_customer_facing and customer.days_since_need_confirmed >= 0
                then customer.days_since_need_confirmed
        end as days_since_need_confirmed
    from {{ ref('goal_unit_month') }} as goals
    inner join {{ ref('goal_customer_month') }} as customer
        on goals.goal_id = customer.goal_id and goals.month_start = customer.month_start
),

counted as (
    select
        goal.org_unit_id,
        goal.month_start,
        goal.org_basis,
        count(*) as n_goals,
        count(goal.is_customer_facing) as n_known,
        count(case when goal.is_customer_facing then 1 end) as n_facing
    from goal
    group by goal.org_unit_id, goal.month_start, goal.org_basis
),

ranked as (
    select
        goal.*,
        row_number() over (
            partition by goal.org_unit_id, goal.month_start, goal.org_basis
            order by goal.days_since_need_confirmed, goal.goal_id
        ) as place,
        count(*) over (partition by goal.org_unit_id, goal.month_start, goal.org_basis) as n_dated
    from goal
    where goal.days_since_need_confirmed is not null
),

middle as (
    select
        ranked.org_unit_id,
        ranked.month_start,
        ranked.org_basis,
        cast(avg(ranked.days_since_need_confirmed) as {{ type_double() }}) as median_days
    from ranked
    where 2 * ranked.place between ranked.n_dated and ranked.n_dated + 2
    group by ranked.org_unit_id, ranked.month_start, ranked.org_basis
),

effort as (
    select
        unit.org_unit_id,
        unit.month_start,
        unit.org_basis,
        {{ exact_sum(
            'case when customer.is_customer_facing then given.person_days else 0 end'
        ) }} as person_days_facing,
        {{ exact_sum('given.person_days') }} as person_days
    from {{ ref('unit_month') }} as unit
    inner join {{ ref('effort_goal_unit_week') }} as given
        on
            unit.org_unit_id = given.org_unit_id
            and unit.week_start = given.week_start
            and unit.org_basis = given.org_basis
    inner join {{ ref('goal_customer_month') }} as customer
        on given.goal_id = customer.goal_id and unit.month_start = customer.month_start
    where customer.is_customer_facing is not null
    group by unit.org_unit_id, unit.month_start, unit.org_basis
)

select
    unit.org_unit_id,
    unit.month_start,
    unit.org_basis,
    coalesce(counted.n_goals, 0) as n_goals,
    cast(counted.n_facing as {{ type_double() }}) / nullif(counted.n_known, 0)
        as customer_goal_share,
    effort.person_days_facing / nullif(effort.person_days, 0) as customer_effort_share,
    middle.median_days as median_days_since_need_confirmed
from {{ ref('unit_month') }} as unit
left join counted
    on
        unit.org_unit_id = counted.org_unit_id
        and unit.month_start = counted.month_start
        and unit.org_basis = counted.org_basis
left join effort
    on
        unit.org_unit_id = effort.org_unit_id
        and unit.month_start = effort.month_start
        and unit.org_basis = effort.org_basis
left join middle
    on
        unit.org_unit_id = middle.org_unit_id
        and unit.month_start = middle.month_start
        and unit.org_basis = middle.org_basis
