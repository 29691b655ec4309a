-- By how many people the restated row of a unit and week differs from the row as it was, where that
-- is anybody: those in exactly one of the two headcounts, or sets of observable people, and those
-- of whose effort the two rows hold different amounts (reading F2). Who knows them could take one
-- row from the other.
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

moved_person as (
    select seated.org_unit_id, seated.week_start, seated.person_id
    from seated
    group by seated.org_unit_id, seated.week_start, seated.person_id
    having count(*) = 1
),

moved_worker as (
    select tree.ancestor_id as org_unit_id, worker.week_start
    from {{ ref('worker_unit_week') }} as worker
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on
            worker.org_unit_id = tree.descendant_id
            and worker.org_basis = tree.org_basis
            and worker.tree_from >= tree.valid_from
            and worker.tree_from < tree.valid_to
    group by tree.ancestor_id, worker.week_start, worker.worker_id
    having
        abs(
            sum(
                case when worker.org_basis = 'as_was' then 1 else -1 end
                * cast(worker.person_days as decimal(28, 12))
            )
        ) >= 0.0000000005
),

moved as (
    select
        moved_person.org_unit_id,
        moved_person.week_start,
        1 as is_present,
        case when observable.person_id is not null then 1 else 0 end as is_observable,
        0 as is_worker
    from moved_person
    left join {{ ref('person_week_observable') }} as observable
        on
            moved_person.person_id = observable.person_id
            and moved_person.week_start = observable.week_start
    union all
    select moved_worker.org_unit_id, moved_worker.week_start, 0, 0, 1
    from moved_worker
)

select
    moved.org_unit_id,
    moved.week_start,
    cast(sum(moved.is_present) as bigint) as n_present,
    cast(sum(moved.is_observable) as bigint) as n_observable,
    cast(sum(moved.is_worker) as bigint) as n_workers
from moved
group by moved.org_unit_id, moved.week_start
