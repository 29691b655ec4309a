-- What an active goal has at as_of: metrics in force, initiatives of its own and below it, an
-- owner who is there, a why, and the effort of 90 days (readings C1 to C4, G10). Individual and
-- private goals included: what is below a published goal counts whatever it is. A part of which
-- nothing was ever told is null (reading C8).
with metric as (
    select
        target.goal_id,
        count(distinct target.metric_id) as n_metrics,
        count(distinct case
            when
                {{ days_between('metrics.last_observed_on', as_of_date()) }}
                <= coalesce(1.5 * metrics.cadence_days, 35)
                then target.metric_id
        end) as n_live_metrics
    from {{ ref('goal_metric') }} as target
    inner join {{ ref('dim_metric') }} as metrics on target.metric_id = metrics.metric_id
    where target.valid_from <= {{ as_of_date() }} and target.valid_to > {{ as_of_date() }}
    group by target.goal_id
),

initiative as (
    select
        below.ancestor_id as goal_id,
        count(distinct linked.initiative_id) as n_initiatives,
        count(distinct case when state.is_live then linked.initiative_id end) as n_live_initiatives,
        count(distinct case
            when below.descendant_id = below.ancestor_id then linked.initiative_id
        end) as n_own_initiatives,
        count(distinct case
            when below.descendant_id <> below.ancestor_id then linked.initiative_id
        end) as n_initiatives_below
    from {{ ref('active_goal_descendant') }} as below
    inner join {{ ref('initiative_goal_now') }} as linked on below.descendant_id = linked.goal_id
    inner join {{ ref('initiative_state') }} as state
        on linked.initiative_id = state.initiative_id
    group by below.ancestor_id
),

owned as (
    select distinct owner.goal_id
    from {{ ref('goal_owner') }} as owner
    left join {{ ref('dim_person') }} as person on owner.owner_person_id = person.person_id
    left join {{ ref('bridge_org_unit_history') }} as unit
        on
            owner.owner_org_unit_id = unit.descendant_id
            and unit.depth = 0
            and unit.valid_from <= {{ as_of_date() }}
            and unit.valid_to > {{ as_of_date() }}
    where
        owner.valid_from <= {{ as_of_date() }}
        and owner.valid_to > {{ as_of_date() }}
        and (
            unit.descendant_id is not null
            or (
                person.person_id is not null
                and coalesce(person.hired_on, {{ beginning() }}) <= {{ as_of_date() }}
                and coalesce(person.left_on, {{ open_end() }}) >= {{ as_of_date() }}
            )
        )
),

effort as (
    select
        below.ancestor_id as goal_id,
        {{ exact_sum('effort.person_days * split.share') }} as person_days_90d,
        count(distinct effort.worker_id) as n_workers_90d
    from {{ ref('fct_effort') }} as effort
    inner join {{ ref('bridge_effort_goal') }} as split
        on effort.work_item_id = split.work_item_id and effort.week_start = split.week_start
    inner join {{ ref('active_goal_descendant') }} as below
        on split.goal_id = below.descendant_id
    where effort.day > {{ date_add_days(as_of_date(), -90) }}
    group by below.ancestor_id
)

select
    goal.goal_id,
    case when told.has_metrics then coalesce(metric.n_metrics, 0) end as n_metrics,
    case when told.has_metrics then coalesce(metric.n_live_metrics, 0) end as n_live_metrics,
    case when told.has_initiatives then coalesce(initiative.n_initiatives, 0) end
        as n_initiatives,
    case when told.has_initiatives then coalesce(initiative.n_live_initiatives, 0) end
        as n_live_initiatives,
    case when told.has_initiatives then coalesce(initiative.n_own_initiatives, 0) end
        as n_own_initiatives,
    case when told.has_initiatives then coalesce(initiative.n_initiatives_below, 0) end
        as n_initiatives_below,
    case when told.has_owners then owned.goal_id is not null end as has_owner,
    why.has_why,
    coalesce(effort.person_days_90d, 0) as person_days_90d,
    coalesce(effort.n_workers_90d, 0) as n_workers_90d
from {{ ref('goal_now') }} as goal
inner join {{ ref('dim_goal') }} as goals on goal.goal_id = goals.goal_id
inner join {{ ref('goal_source') }} as told on goals.source = told.source
left join metric on goal.goal_id = metric.goal_id
left join initiative on goal.goal_id = initiative.goal_id
left join owned on goal.goal_id = owned.goal_id
left join {{ ref('goal_why') }} as why on goal.goal_id = why.goal_id
left join effort on goal.goal_id = effort.goal_id
where goal.is_active
