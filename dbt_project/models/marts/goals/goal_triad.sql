-- Does every goal have its metric, its initiative, its owner and its why? One row a published goal
-- that is active at as_of.
with part as (
    select
        parts.*,
        now.org_unit_id,
        parts.n_metrics > 0 as has_metric,
        parts.n_initiatives > 0 as has_initiative,
        coalesce(parts.has_why, true) as why_is_there
    from {{ ref('goal_part') }} as parts
    inner join {{ ref('goal_now') }} as now on parts.goal_id = now.goal_id
    inner join {{ ref('dim_goal') }} as goal on parts.goal_id = goal.goal_id
    where goal.is_published
)

select
    part.goal_id,
    part.org_unit_id,
    part.n_metrics,
    part.n_live_metrics,
    part.n_initiatives,
    part.n_live_initiatives,
    case
        when part.n_own_initiatives > 0 then 'own'
        when part.n_initiatives > 0 then 'descendant'
        else 'none'
    end as initiative_via,
    part.has_owner,
    part.has_why,
    part.has_metric and part.has_initiative and part.has_owner and part.why_is_there as is_complete,
    case
        when part.has_why is null then 'metric,initiative,owner' else 'metric,initiative,owner,why'
    end as completeness_basis,
    substr(
        case when part.has_metric then '' else ',metric' end
        || case when part.has_initiative then '' else ',initiative' end
        || case when part.has_owner then '' else ',owner' end
        || case when part.why_is_there then '' else ',why' end,
        2
    ) as missing_parts,
    case
        when part.n_workers_90d >= {{ var('minimum_group_effort') }}
            then cast({{ half_up('part.person_days_90d') }} as {{ type_double() }})
    end as effort_person_days_90d
from part
