-- Every gap in every judged week in which it is there: a row a kind, subject and week (reading N1).
with metric_week as (
    select metrics.metric_id, week.week_start
    from {{ ref('dim_metric') }} as metrics
    inner join {{ ref('judged_week') }} as week
        on
            metrics.first_observed_on <= week.judged_on
            and week.judged_on < metrics.exists_until
            and not week.is_partial
),

metric_in_use as (
    select distinct target.metric_id, goal.week_start
    from {{ ref('goal_metric') }} as target
    inner join {{ ref('goal_week') }} as goal
        on
            target.goal_id = goal.goal_id
            and target.valid_from <= goal.judged_on
            and goal.judged_on < target.valid_to
    where goal.is_active
)

select goal_gap_week.kind, goal_gap_week.goal_id as subject_id, goal_gap_week.week_start
from {{ ref('goal_gap_week') }} as goal_gap_week
union all
select 'initiative_without_goal', initiative.initiative_id, initiative.week_start
from {{ ref('initiative_week') }} as initiative
where not initiative.has_goal
union all
select 'metric_without_goal', metric_week.metric_id, metric_week.week_start
from metric_week
left join metric_in_use
    on
        metric_week.metric_id = metric_in_use.metric_id
        and metric_week.week_start = metric_in_use.week_start
where metric_in_use.metric_id is null
union all
select 'unit_linked_not_seen', sight.org_unit_id, sight.week_start
from {{ ref('line_of_sight') }} as sight
where sight.org_basis = 'as_was' and sight.quadrant = 'linked_not_seen'
