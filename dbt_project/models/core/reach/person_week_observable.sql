-- Who is there on a week's Sunday and could be seen to reach a top goal: people with an account of
-- a tracker, whenever it was opened, or with an active goal of their own (reading R1).
with account as (
    select distinct tracker_account.person_id
    from {{ ref('tracker_account') }} as tracker_account
    where tracker_account.person_id is not null
),

owner as (
    select distinct owner.owner_person_id as person_id, week.week_start
    from {{ ref('goal_owner') }} as owner
    inner join {{ ref('effort_week') }} as week
        on owner.valid_from <= week.sunday and week.sunday < owner.valid_to
    inner join {{ ref('goal_week') }} as goal
        on
            owner.goal_id = goal.goal_id
            and week.week_start = goal.week_start
            and goal.is_active
    where owner.owner_person_id is not null
)

select distinct placed.person_id, placed.week_start
from {{ ref('person_unit_week') }} as placed
left join account on placed.person_id = account.person_id
left join owner on placed.person_id = owner.person_id and placed.week_start = owner.week_start
where account.person_id is not null or owner.person_id is not null
