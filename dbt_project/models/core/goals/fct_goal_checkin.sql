-- What was said about the progress of goals that are known.
select
    checkins.checkin_id,
    checkins.goal_id,
    checkins.checked_at,
    checkins.checked_on,
    authors.person_id as author_person_id,
    checkins.progress,
    checkins.confidence,
    checkins.status
from {{ ref('stg_goal_checkins') }} as checkins
inner join {{ ref('stg_goals') }} as goals on checkins.goal_id = goals.goal_id
left join {{ ref('bridge_identity') }} as authors
    on checkins.source = authors.source and checkins.author_ref = authors.account_ref
