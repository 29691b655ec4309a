-- Do goals follow customers' needs, and how fast? A row a unit with all below it, month and basis
-- (readings K1, K2). A hidden row holds no number.
select
    unit.org_unit_id,
    unit.month_start,
    unit.org_basis,
    customer.n_goals,
    customer.customer_goal_share,
    customer.customer_effort_share,
    customer.median_days_since_need_confirmed,
    case when not unit.is_hidden then coalesce(response.n_shifts, 0) end as n_shifts,
    case when not unit.is_hidden then coalesce(response.n_shifts_unanswered, 0) end
        as n_shifts_unanswered,
    response.median_response_days,
    unit.is_hidden as suppressed,
    case
        when unit.is_hidden then 'few_people'
        when customer.n_goals = 0 then 'no_goals'
        when customer.customer_goal_share is null then 'unknown_customers'
    end as reason_missing
from {{ ref('unit_month') }} as unit
left join {{ ref('customer_unit_month') }} as customer
    on
        unit.org_unit_id = customer.org_unit_id
        and unit.month_start = customer.month_start
        and unit.org_basis = customer.org_basis
        and not unit.is_hidden
left join {{ ref('response_unit_month') }} as response
    on
        unit.org_unit_id = response.org_unit_id
        and unit.month_start = response.month_start
        and unit.org_basis = response.org_basis
        and not unit.is_hidden
