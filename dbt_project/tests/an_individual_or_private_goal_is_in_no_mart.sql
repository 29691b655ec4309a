with shown as (
    select 'dim_goal' as mart, goal_id from {{ ref('mart_dim_goal') }}
    union
    select 'bridge_goal' as mart, ancestor_id from {{ ref('bridge_goal') }}
    union
    select 'bridge_goal' as mart, descendant_id from {{ ref('bridge_goal') }}
    union
    select 'goal_alignment' as mart, goal_id from {{ ref('goal_alignment') }}
    union
    select 'goal_progress' as mart, goal_id from {{ ref('goal_progress') }}
    union
    select 'goal_outlook' as mart, goal_id from {{ ref('goal_outlook') }}
    union
    select 'link_suggestions' as mart, goal_id from {{ ref('link_suggestions') }}
    union
    select 'alignment_gaps' as mart, subject_id from {{ ref('alignment_gaps') }}
    where subject_type = 'goal'
    union
    select 'goal_triad' as mart, goal_id from {{ ref('goal_triad') }}
    union
    select 'alignment_chain' as mart, goal_id from {{ ref('alignment_chain') }}
    where goal_id is not null
)

select shown.mart, shown.goal_id
from shown
left join {{ ref('dim_goal') }} as goals on shown.goal_id = goals.goal_id
where
    goals.goal_id is null
    or goals.level = 'individual'
    or goals.visibility = 'private'
