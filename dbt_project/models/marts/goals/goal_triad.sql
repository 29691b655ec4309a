-- Does every goal have its metric, its initiative, its owner and its why? One row a published goal
-- that is active at as_of. A part of which nothing was ever told is null, and not asked for.
with part as (
    select
        parts.*,
        now.org_unit_id,
        parts.n_metrics > 0 as has_metric,
        parts.n_initiatives > 0 as has_initiative
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
        when part.n_initiatives = 0 then 'none'
    end as initiative_via,
    part.has_owner,
    part.has_why,
    case
        when
            coalesce(part.has_metric, part.has_initiative, part.has_owner, part.has_why)
            is not null
            then
                coalesce(part.has_metric, true)
                and coalesce(part.has_initiative, true)
                and coalesce(part.has_owner, true)
                and coalesce(part.has_why, true)
    end as is_complete,
    substr(
        case when part.has_metric is null then '' else ',metric' end
        || case when part.has_initiative is null then '' else ',initiative' end
        || case when part.has_owner is null then '' else ',owner' end
        || case when part.has_why is null then '' else ',why' end,
        2
    ) as completeness_basis,
    substr(
        case when coalesce(part.has_metric, true) then '' else ',metric' end
        || case when coalesce(part.has_initiative, true) then '' else ',initiative' end
        || case when coalesce(part.has_owner, true) then '' else ',owner' end
        || case when coalesce(part.has_why, true) then '' else ',why' end,
        2
    ) as missing_parts,
    case
        when part.n_workers_90d >= {{ var('minimum_group_effort') }}
            then cast({{ half_up('part.person_days_90d') }} as {{ type_double() }})
    end as effort_person_days_90d
from part
