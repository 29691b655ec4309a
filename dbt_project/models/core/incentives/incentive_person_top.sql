-- A person's incentives of a period by top goal: shares that sum to 1, `none` for what leads to no
-- active goal or from a goal to no top (reading I2).
select
    share.period_id,
    share.person_id,
    share.org_unit_id,
    coalesce(tops.top_id, 'none') as top_id,
    {{ exact_sum('share.share * coalesce(line.share, 1) * coalesce(tops.share, 1)') }} as share
from {{ ref('incentive_share') }} as share
left join {{ ref('incentive_line_goal') }} as line
    on share.period_id = line.period_id and share.incentive_line_id = line.incentive_line_id
left join {{ ref('goal_top_share') }} as tops
    on line.goal_id = tops.goal_id and line.week_start = tops.week_start
group by share.period_id, share.person_id, share.org_unit_id, coalesce(tops.top_id, 'none')
