-- What changed on goals that are known.
select
    changes.change_id,
    changes.goal_id,
    changes.changed_at,
    changes.changed_on,
    authors.person_id as author_person_id,
    changes.field,
    changes.from_value,
    changes.to_value
from {{ ref('stg_goal_changes') }} as changes
inner join {{ ref('stg_goals') }} as goals on changes.goal_id = goals.goal_id
left join {{ ref('bridge_identity') }} as authors
    on changes.source = authors.source and changes.author_ref = authors.account_ref
