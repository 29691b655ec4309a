-- Goal, metric, initiative: every chain of a published active goal, and what hangs on no such
-- goal. An initiative's effort of 90 days is divided over its rows, so that sums are right.
with chain as (
    select
        goal_chain.chain_id,
        goal_chain.goal_id,
        goal_chain.metric_id,
        goal_chain.initiative_id,
        goal_chain.org_unit_id,
        goal_chain.link_status,
        goal_chain.link_method,
        goal_chain.link_confidence
    from {{ ref('goal_chain') }} as goal_chain
    union all
    select
        loose.chain_id,
        null,
        loose.metric_id,
        loose.initiative_id,
        loose.org_unit_id,
        loose.link_status,
        null,
        null
    from {{ ref('loose_chain') }} as loose
),

counted as (
    select chain.*, count(*) over (partition by chain.initiative_id) as n_rows
    from chain
)

select
    counted.chain_id,
    counted.goal_id,
    counted.metric_id,
    counted.initiative_id,
    counted.org_unit_id,
    counted.link_status,
    counted.link_method,
    counted.link_confidence,
    case
        when state.n_workers_90d >= {{ var('minimum_group_effort') }}
            then
                cast({{ half_up('state.person_days_90d') }} as {{ type_double() }})
                / counted.n_rows
    end as effort_allocated,
    {{ as_of() }} as as_of
from counted
left join {{ ref('initiative_state') }} as state on counted.initiative_id = state.initiative_id
