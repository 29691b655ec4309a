-- Whose amounts the rows of a week sum, by the unit in which they count directly, by basis: heads
-- and observable people of the Sunday in every unit of a seat; workers and people with capacity of
-- the week wherever a part of it counts, by the tree of the day (tree_from).
with effort_day as (
    select
        worker.org_basis,
        worker.week_start,
        worker.tree_from,
        worker.org_unit_id,
        worker.worker_id
    from {{ ref('worker_unit_week') }} as worker
    where worker.person_days > 0
),

bounds as (
    select min(week.week_start) as first_day, max(week.sunday) as last_day
    from {{ ref('effort_week') }} as week
),

available as (
    select
        seat.person_id,
        seat.assignment_id,
        seat.country,
        seat.subdivision,
        greatest(seat.valid_from, bounds.first_day) as first_day,
        least({{ date_add_days('seat.valid_to', -1) }}, bounds.last_day) as last_day
    from {{ ref('person_availability') }} as seat
    cross join bounds
    where seat.fte > 0 and bounds.first_day is not null
),

available_day as (
    {{ each_day(
        'available', ['person_id', 'assignment_id', 'country', 'subdivision'],
        'first_day', 'last_day'
    ) }}
),

capacity_day as (
    select distinct
        seat.org_basis,
        {{ week_start('available_day.day') }} as week_start,
        tree.valid_from as tree_from,
        coalesce(unit.descendant_id, tree.root_org_unit_id) as org_unit_id,
        available_day.person_id
    from available_day
    inner join {{ ref('working_day') }} as working_day
        on
            available_day.country = working_day.country
            and available_day.subdivision = working_day.subdivision
            and available_day.day = working_day.day
    inner join {{ ref('seat_basis') }} as seat
        on
            available_day.person_id = seat.person_id
            and (
                seat.org_basis = 'restated'
                or available_day.assignment_id = seat.assignment_id
            )
            and available_day.day >= seat.valid_from
            and available_day.day < seat.valid_to
    inner join {{ ref('org_tree_basis') }} as tree
        on
            seat.org_basis = tree.org_basis
            and available_day.day >= tree.valid_from
            and available_day.day < tree.valid_to
    left join {{ ref('bridge_org_unit_basis') }} as unit
        on
            seat.org_unit_id = unit.descendant_id
            and seat.org_basis = unit.org_basis
            and unit.depth = 0
            and available_day.day >= unit.valid_from
            and available_day.day < unit.valid_to
    where seat.org_basis = 'as_was' or seat.seat_share > 0
)

select
    'headcount' as kind,
    placed.org_basis,
    placed.week_start,
    week.tree_from,
    placed.org_unit_id,
    placed.person_id as person_key
from {{ ref('person_unit_week') }} as placed
inner join {{ ref('effort_week') }} as week on placed.week_start = week.week_start
union all
select
    'observable' as kind,
    placed.org_basis,
    placed.week_start,
    week.tree_from,
    placed.org_unit_id,
    placed.person_id
from {{ ref('person_unit_week') }} as placed
inner join {{ ref('effort_week') }} as week on placed.week_start = week.week_start
inner join {{ ref('person_week_observable') }} as observable
    on placed.person_id = observable.person_id and placed.week_start = observable.week_start
union all
select 'workers' as kind, org_basis, week_start, tree_from, org_unit_id, worker_id
from effort_day
union all
select 'capacity' as kind, org_basis, week_start, tree_from, org_unit_id, person_id
from capacity_day
