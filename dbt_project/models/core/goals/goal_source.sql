-- Of which parts a source of goals has ever told anything, itself or through a source that names
-- its goals; what it never told of is unknown and not missing (reading C8). Links to initiatives
-- come from other systems too, so that one link anywhere is enough for every source.
with told as (
    select source, frame from {{ ref('stg_goal_frame') }}
    union
    select goals.source, 'goal_metrics' as frame
    from {{ ref('goal_metric') }} as targets
    inner join {{ ref('stg_goals') }} as goals on targets.goal_id = goals.goal_id
    union
    select goals.source, 'goal_owners' as frame
    from {{ ref('goal_owner') }} as owners
    inner join {{ ref('stg_goals') }} as goals on owners.goal_id = goals.goal_id
),

link as (
    select count(*) as n_links
    from (
        select goal_key from {{ ref('stg_goal_initiative_links') }}
        union all
        select goal_ref from {{ ref('item_goal_ref') }}
    ) as either
)

select
    sources.source,
    max(case when told.frame = 'goal_metrics' then 1 else 0 end) = 1 as has_metrics,
    max(case when told.frame = 'goal_owners' then 1 else 0 end) = 1 as has_owners,
    max(case when told.frame = 'goal_checkins' then 1 else 0 end) = 1 as has_checkins,
    max(link.n_links) > 0 as has_initiatives
from (select distinct source from {{ ref('stg_goals') }}) as sources
cross join link
left join told on sources.source = told.source
group by sources.source
