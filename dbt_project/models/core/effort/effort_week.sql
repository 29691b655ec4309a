-- The weeks of effort: from that of the first day of effort to the last whose Sunday is not after
-- as_of_date. tree_from names the tree of units on that Sunday.
with bounds as (
    select
        min(effort.week_start) as first_week,
        {{ week_start(date_add_days(as_of_date(), -6)) }} as last_week
    from {{ ref('fct_effort') }} as effort
),

week as (
    {{ each_day('bounds', ['first_week', 'last_week'], 'first_week', 'last_week', step=7) }}
)

select
    week.day as week_start,
    {{ date_add_days('week.day', 6) }} as sunday,
    tree.valid_from as tree_from,
    tree.root_org_unit_id
from week
inner join {{ ref('org_tree_version') }} as tree
    on
        {{ date_add_days('week.day', 6) }} >= tree.valid_from
        and {{ date_add_days('week.day', 6) }} < tree.valid_to
