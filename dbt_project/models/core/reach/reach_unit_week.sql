-- People of a unit and of all below it on a week's Sunday: how many could be seen to reach a top
-- goal, how many do, and how long their shortest paths are, by the units of the time and restated
-- (readings R1, R3, E13).
with seated as (
    select distinct
        tree.ancestor_id as org_unit_id,
        placed.week_start,
        placed.org_basis,
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

observed as (
    select
        seated.org_unit_id,
        seated.week_start,
        seated.org_basis,
        count(*) as n_observable,
        count(path.path_length) as n_reaching,
        sum(path.path_length) as path_length_sum
    from seated
    inner join {{ ref('person_week_observable') }} as observable
        on
            seated.person_id = observable.person_id
            and seated.week_start = observable.week_start
    left join {{ ref('person_week_path') }} as path
        on seated.person_id = path.person_id and seated.week_start = path.week_start
    group by seated.org_unit_id, seated.week_start, seated.org_basis
)

select
    unit.org_unit_id,
    unit.week_start,
    unit.org_basis,
    unit.headcount,
    coalesce(observed.n_observable, 0) as n_observable,
    coalesce(observed.n_reaching, 0) as n_reaching,
    cast(observed.path_length_sum as bigint) as path_length_sum
from {{ ref('headcount_unit_week') }} as unit
left join observed
    on
        unit.org_unit_id = observed.org_unit_id
        and unit.week_start = observed.week_start
        and unit.org_basis = observed.org_basis
