-- A row a person with incentives on measures, and period: their weight on measures that no active
-- goal has, and on measures whose direction is against the goals' (reading I3).
with line as (
    select
        share.period_id,
        share.person_id,
        share.org_unit_id,
        share.share,
        count(goals.goal_id) as n_goals,
        count(goals.wanted) as n_wanted,
        count(case when goals.is_opposed then 1 end) as n_opposed
    from {{ ref('incentive_share') }} as share
    left join {{ ref('incentive_line_goal') }} as goals
        on share.period_id = goals.period_id and share.incentive_line_id = goals.incentive_line_id
    group by
        share.period_id,
        share.person_id,
        share.org_unit_id,
        share.incentive_line_id,
        share.share
)

select
    line.period_id,
    line.person_id,
    line.org_unit_id,
    {{ exact_sum('case when line.n_goals = 0 then line.share else 0 end') }} as orphan_share,
    {{ exact_sum(
        'case when line.n_opposed > 0 and line.n_opposed = line.n_wanted then line.share else 0 end'
    ) }} as opposed_share
from line
group by line.period_id, line.person_id, line.org_unit_id
