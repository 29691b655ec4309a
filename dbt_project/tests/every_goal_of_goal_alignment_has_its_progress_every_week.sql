select
    coalesce(alignment.goal_id, progress.goal_id) as goal_id,
    coalesce(alignment.week_start, progress.week_start) as week_start
from {{ ref('goal_alignment') }} as alignment
full join {{ ref('goal_progress') }} as progress
    on alignment.goal_id = progress.goal_id and alignment.week_start = progress.week_start
where alignment.goal_id is null or progress.goal_id is null
