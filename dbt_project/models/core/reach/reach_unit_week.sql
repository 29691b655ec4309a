-- People of a unit and of all below it on a week's Sunday: how many could be seen to reach a top
-- goal, how many do, and how long their shortest paths are (readings R1, R3).
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
),

seated as (
    select distinct tree.ancestor_id as org_unit_id, placed.week_start, placed.person_id
    from {{ ref('person_unit_week') }} as placed
    inner join {{ ref('effort_week') }} as week on placed.week_start = week.week_start
    inner join {{ ref('bridge_org_unit_history') }} as tree
        on
            placed.org_unit_id = tree.descendant_id
            and week.sunday >= tree.valid_from
            and week.sunday < tree.valid_to
),

observed as (
    select
        seated.org_unit_id,
        seated.week_start,
        account.person_id is not null or owner.person_id is not null as is_observable,
        path.path_length
    from seated
    left join account on seated.person_id = account.person_id
    left join owner
        on seated.person_id = owner.person_id and seated.week_start = owner.week_start
    left join {{ ref('person_week_path') }} as path
        on seated.person_id = path.person_id and seated.week_start = path.week_start
)

select
    unit.org_unit_id,
    unit.week_start,
    unit.headcount,
    count(case when observed.is_observable then 1 end) as n_observable,
    count(case when observed.is_observable then observed.path_length end) as n_reaching,
    cast(
        sum(case when observed.is_observable then observed.path_length end) as bigint
    ) as path_length_sum
from {{ ref('headcount_unit_week') }} as unit
left join observed
    on unit.org_unit_id = observed.org_unit_id and unit.week_start = observed.week_start
group by unit.org_unit_id, unit.week_start, unit.headcount
