-- Effort of a unit's own people in a calendar month by class, by the units of the time and
-- restated: rows add up over units and classes. A cell of too few people holds no number (reading
-- E10), nor does one from which, beside others, too few people's effort could be told (F2b).
with judged as (
    select
        cell.*,
        cell.is_hidden or told.org_unit_id is not null as suppressed
    from {{ ref('own_effort_cell') }} as cell
    left join {{ ref('own_effort_told') }} as told
        on
            cell.org_unit_id = told.org_unit_id
            and cell.node_class = told.node_class
            and cell.month_start = told.month_start
            and cell.org_basis = told.org_basis
)

select
    judged.org_unit_id,
    judged.node_class,
    judged.month_start,
    judged.org_basis,
    case when not judged.suppressed then judged.person_days end as person_days,
    judged.suppressed
from judged
