-- Metrics and initiatives that no published active goal has: their goals are individual or private
-- (goal_not_published), or there is no active one.
with goal as (
    select now.goal_id, goals.is_published
    from {{ ref('goal_now') }} as now
    inner join {{ ref('dim_goal') }} as goals on now.goal_id = goals.goal_id
    where now.is_active
),

metric as (
    select
        metrics.metric_id,
        seat.org_unit_id,
        max(case when goal.goal_id is null then 0 when goal.is_published then 2 else 1 end) as reach
    from {{ ref('dim_metric') }} as metrics
    left join {{ ref('fct_seat') }} as seat
        on
            metrics.owner_person_id = seat.person_id
            and seat.is_primary_seat
            and seat.valid_from <= {{ as_of_date() }}
            and seat.valid_to > {{ as_of_date() }}
    left join {{ ref('goal_metric') }} as target
        on
            metrics.metric_id = target.metric_id
            and target.valid_from <= {{ as_of_date() }}
            and target.valid_to > {{ as_of_date() }}
    left join goal on target.goal_id = goal.goal_id
    where metrics.deleted_at is null or {{ utc_date('metrics.deleted_at') }} > {{ as_of_date() }}
    group by metrics.metric_id, seat.org_unit_id
),

initiative as (
    select
        state.initiative_id,
        max(case when goal.goal_id is null then 0 when goal.is_published then 2 else 1 end) as reach
    from {{ ref('initiative_state') }} as state
    left join {{ ref('initiative_goal_now') }} as linked
        on state.initiative_id = linked.initiative_id
    left join goal on linked.goal_id = goal.goal_id
    where not state.is_long_closed
    group by state.initiative_id
)

select
    '|' || metric.metric_id || '|' as chain_id,
    metric.metric_id,
    cast(null as text) as initiative_id,
    metric.org_unit_id,
    case metric.reach when 1 then 'goal_not_published' else 'metric_without_goal' end as link_status
from metric
where metric.reach < 2
union all
select
    '||' || initiative.initiative_id,
    null,
    initiative.initiative_id,
    unit.org_unit_id,
    case initiative.reach when 1 then 'goal_not_published' else 'initiative_without_goal' end
from initiative
left join {{ ref('initiative_unit') }} as unit on initiative.initiative_id = unit.initiative_id
where initiative.reach < 2
