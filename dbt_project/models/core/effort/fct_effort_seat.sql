-- Effort split over the worker's seats by FTE, equally where all are 0, with the unit it counts in
-- directly: by the seats and the tree of the day, and restated by those of as_of (readings E6,
-- E13). Work of nobody, of no unit, or of a unit that is not in that tree counts at the root of
-- that tree; tree_from names the tree. A seat of FTE 0 beside others gets none, and makes nobody a
-- worker of its unit.
with basis as (
    select 'as_was' as org_basis
    union all
    select 'restated' as org_basis
)

select
    effort.effort_id,
    basis.org_basis,
    coalesce(seat.assignment_id, '') as assignment_id,
    effort.person_id,
    effort.worker_id,
    effort.day,
    effort.week_start,
    effort.work_item_id,
    effort.initiative_id,
    effort.basis,
    tree.valid_from as tree_from,
    coalesce(unit.descendant_id, tree.root_org_unit_id) as org_unit_id,
    effort.person_days * coalesce(seat.seat_share, 1) as person_days
from {{ ref('fct_effort') }} as effort
cross join basis
left join {{ ref('seat_basis') }} as seat
    on
        effort.person_id = seat.person_id
        and basis.org_basis = seat.org_basis
        and effort.day >= seat.valid_from
        and effort.day < seat.valid_to
left join {{ ref('org_tree_basis') }} as tree
    on
        basis.org_basis = tree.org_basis
        and effort.day >= tree.valid_from
        and effort.day < tree.valid_to
left join {{ ref('bridge_org_unit_basis') }} as unit
    on
        seat.org_unit_id = unit.descendant_id
        and seat.org_basis = unit.org_basis
        and unit.depth = 0
        and effort.day >= unit.valid_from
        and effort.day < unit.valid_to
where coalesce(seat.seat_share, 1) > 0
