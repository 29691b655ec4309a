-- What a goal's name in a link or on a work item of a source means: a goal of the same source, else
-- `source:key`, else the goal of the only source that has one of that key.
with reference as (
    select links.source, links.goal_key as goal_ref
    from {{ ref('stg_goal_initiative_links') }} as links
    union
    select items.source, named.goal_ref
    from {{ ref('item_goal_ref') }} as named
    inner join {{ ref('stg_work_items') }} as items on named.work_item_id = items.work_item_id
),

only_source as (
    select goals.goal_key, min(goals.goal_id) as goal_id
    from {{ ref('dim_goal') }} as goals
    group by goals.goal_key
    having count(*) = 1
)

select
    reference.source,
    reference.goal_ref,
    coalesce(same_source.goal_id, full_name.goal_id, only_source.goal_id) as goal_id
from reference
left join {{ ref('dim_goal') }} as full_name on reference.goal_ref = full_name.goal_id
left join {{ ref('dim_goal') }} as same_source
    on reference.source = same_source.source and reference.goal_ref = same_source.goal_key
left join only_source on reference.goal_ref = only_source.goal_key
