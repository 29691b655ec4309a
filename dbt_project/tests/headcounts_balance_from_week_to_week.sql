-- This week's heads of a unit are last week's, and who joined the organisation or came back,
-- without who left or went on leave, and with who moved in and without who moved out.
with seated as (
    select distinct
        tree.ancestor_id as org_unit_id,
        placed.org_basis,
        placed.week_start,
        placed.person_id
    from {{ ref('person_unit_week') }} as placed
    inner join {{ ref('effort_week') }} as week on placed.week_start = week.week_start
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on
            placed.org_unit_id = tree.descendant_id
            and placed.org_basis = tree.org_basis
            and week.sunday >= tree.valid_from
            and week.sunday < tree.valid_to
),

present as (
    select distinct placed.org_basis, placed.week_start, placed.person_id
    from {{ ref('person_unit_week') }} as placed
),

-- Each stay of a person in a unit as a step up in its first week and a step down in the week after
-- its last, the reason told by where else the person was.
stay as (
    select
        seated.*,
        {{ date_add_days('seated.week_start', 7) }} as next_week,
        lag(seated.week_start) over (
            partition by seated.org_basis, seated.org_unit_id, seated.person_id
            order by seated.week_start
        ) as week_before,
        lead(seated.week_start) over (
            partition by seated.org_basis, seated.org_unit_id, seated.person_id
            order by seated.week_start
        ) as week_after
    from seated
),

step as (
    select
        stay.org_basis,
        stay.org_unit_id,
        stay.week_start,
        case when present.person_id is null then 1 else 0 end as joined,
        0 as departed,
        case when present.person_id is null then 0 else 1 end as moved
    from stay
    left join present
        on
            stay.org_basis = present.org_basis
            and stay.person_id = present.person_id
            and present.week_start = {{ date_add_days('stay.week_start', -7) }}
    where stay.week_before is null or stay.week_before < {{ date_add_days('stay.week_start', -7) }}
    union all
    select
        stay.org_basis,
        stay.org_unit_id,
        stay.next_week,
        0,
        case when present.person_id is null then 1 else 0 end,
        case when present.person_id is null then 0 else -1 end
    from stay
    left join present
        on
            stay.org_basis = present.org_basis
            and stay.person_id = present.person_id
            and stay.next_week = present.week_start
    where stay.week_after is null or stay.week_after > stay.next_week
),

movement as (
    select
        step.org_basis,
        step.org_unit_id,
        step.week_start,
        sum(step.joined) as joined,
        sum(step.departed) as departed,
        sum(step.moved) as moved
    from step
    group by step.org_basis, step.org_unit_id, step.week_start
)

select unit.org_unit_id, unit.week_start, unit.org_basis, unit.headcount
from {{ ref('headcount_unit_week') }} as unit
left join {{ ref('headcount_unit_week') }} as before
    on
        unit.org_unit_id = before.org_unit_id
        and unit.org_basis = before.org_basis
        and before.week_start = {{ date_add_days('unit.week_start', -7) }}
left join movement
    on
        unit.org_unit_id = movement.org_unit_id
        and unit.org_basis = movement.org_basis
        and unit.week_start = movement.week_start
where
    unit.headcount <> coalesce(before.headcount, 0) + coalesce(movement.joined, 0)
    - coalesce(movement.departed, 0) + coalesce(movement.moved, 0)
