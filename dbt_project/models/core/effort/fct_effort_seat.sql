-- Effort split over the worker's seats of the day by FTE, equally where all are 0, with the unit it
-- counts in directly (reading E6). Work of nobody, of no unit, or of a unit that is not in that
-- day's tree counts at the root of that tree; tree_from names the tree.
select
    effort.effort_id,
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
left join {{ ref('fct_seat') }} as seat
    on
        effort.person_id = seat.person_id
        and effort.day >= seat.valid_from
        and effort.day < seat.valid_to
left join {{ ref('org_tree_version') }} as tree
    on effort.day >= tree.valid_from and effort.day < tree.valid_to
left join {{ ref('bridge_org_unit_history') }} as unit
    on
        seat.org_unit_id = unit.descendant_id
        and unit.depth = 0
        and effort.day >= unit.valid_from
        and effort.day < unit.valid_to
