-- Who owns a goal, from when to when: a person, a unit, or a name that leads to neither.
select
    goals.goal_id,
    owners.owner_ref,
    owners.org_unit_ref,
    people.person_id as owner_person_id,
    units.org_unit_id as owner_org_unit_id,
    owners.seen_from as valid_from,
    least(owners.seen_to, goal.exists_until) as valid_to
from {{ ref('stg_goal_owners') }} as owners
inner join {{ ref('goal_ref') }} as goals
    on owners.source = goals.source and owners.goal_ref = goals.goal_ref
inner join {{ ref('stg_goals') }} as goal on goals.goal_id = goal.goal_id
left join {{ ref('bridge_identity') }} as people
    on owners.source = people.source and owners.owner_ref = people.account_ref
left join {{ ref('bridge_org_unit_ref') }} as units
    on owners.source = units.source and owners.org_unit_ref = units.org_unit_ref
where owners.seen_from < least(owners.seen_to, goal.exists_until)
