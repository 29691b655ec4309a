-- The chains of goals: every published goal active at as_of with each of its metrics in force and
-- each of its own initiatives. Initiatives that are deleted or closed for 90 days are left out.
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
)

select
    goal.goal_id || '|' || coalesce(metric.metric_id, '') || '|'
    || coalesce(initiative.initiative_id, '') as chain_id,
    goal.goal_id,
    metric.metric_id,
    initiative.initiative_id,
    goal.org_unit_id,
    case
        when metric.metric_id is not null and initiative.initiative_id is not null then 'complete'
        when initiative.initiative_id is not null then 'goal_without_metric'
        when metric.metric_id is not null and part.n_initiatives_below > 0 then 'initiative_below'
        when metric.metric_id is not null then 'goal_without_initiative'
        when part.n_initiatives_below > 0 then 'goal_without_metric'
        else 'goal_without_both'
    end as link_status,
    initiative.method as link_method,
    initiative.confidence as link_confidence
from goal
inner join {{ ref('goal_part') }} as part on goal.goal_id = part.goal_id
left join metric on goal.goal_id = metric.goal_id
left join initiative on goal.goal_id = initiative.goal_id
