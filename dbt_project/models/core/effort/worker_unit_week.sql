-- How much somebody worked in a unit directly in a week, by the tree of the day; what nobody's
-- accounts did is at the root.
select
    effort.org_basis,
    effort.org_unit_id,
    effort.week_start,
    effort.tree_from,
    effort.worker_id,
    {{ exact_sum('effort.person_days') }} as person_days
from {{ ref('fct_effort_seat') }} as effort
where effort.org_unit_id is not null
group by
    effort.org_basis, effort.org_unit_id, effort.week_start, effort.tree_from, effort.worker_id
