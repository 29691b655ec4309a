select split.work_item_id, split.week_start, sum(split.share) as share
from {{ ref('bridge_effort_goal') }} as split
group by split.work_item_id, split.week_start
having abs(sum(split.share) - 1) > 1e-9
