-- Goals that exist at as_of, judged on its day.
select goal_id, is_active, is_ended, node_class, depth, links_to_top, org_unit_id
from {{ ref('goal_week') }}
where judged_on = {{ as_of_date() }}
