-- The chains of goals: every published goal active at as_of with each of its metrics in force and
-- each of its own initiatives. Initiatives that are deleted or closed for 90 days are left out. A
-- part of which nothing was ever told counts as there, and where both are, the goal is left out.
with goal as (
    select now.goal_id, now.org_unit_id
    from {{ ref('goal_now') }} as now
    inner join {{ ref('dim_goal') }} as goals on now.goal_id = goals.goal_id
    where now.is_active and goals.is_published
),

metric as (
    select distinct target.goal_id, target.metric_id
    from {{ ref('goal_metric') }} as target
    where target.valid_from <= {{ as_of_date() }} and target.valid_to > {{ as_of_date() }}
),

initiative as (
    select linked.goal_id, linked.initiative_id, linked.method, linked.confidence
    from {{ ref('initiative_goal_now') }} as linked
    inner join {{ ref('initiative_state') }} as state
        on linked.initiative_id = state.initiative_id
    where not state.is_long_closed
),

joined as (
    select
        goal.goal_id,
        goal.org_unit_id,
        metric.metric_id,
        initiative.initiative_id,
        initiative.method,
        initiative.confidence,
        metric.metric_id is not null or part.n_metrics is null as has_metric,
        initiative.initiative_id is not null or part.n_initiatives is null as has_initiative,
        coalesce(part.n_initiatives_below, 0) > 0 as has_initiative_below
    from goal
    inner join {{ ref('goal_part') }} as part on goal.goal_id = part.goal_id
    left join metric on goal.goal_id = metric.goal_id
    left join initiative on goal.goal_id = initiative.goal_id
    where coalesce(part.n_metrics, part.n_initiatives) is not null
)

select
    joined.goal_id || '|' || coalesce(joined.metric_id, '') || '|'
    || coalesce(joined.initiative_id, '') as chain_id,
    joined.goal_id,
    joined.metric_id,
    joined.initiative_id,
    joined.org_unit_id,
    case
        when joined.has_metric and joined.has_initiative then 'complete'
        when joined.has_initiative then 'goal_without_metric'
        when joined.has_metric and joined.has_initiative_below then 'initiative_below'
        when joined.has_metric then 'goal_without_initiative'
        when joined.has_initiative_below then 'goal_without_metric'
        else 'goal_without_both'
    end as link_status,
    joined.method as link_method,
    joined.confidence as link_confidence
from joined
