-- The initiatives of a unit's monthly row and who began them: a row a unit, month and basis with
-- how many are open, of how many the reporter's unit is known, and how many began inside (reading
-- H2).
with begun as (
    select
        initiative.initiative_id,
        initiative.month_start,
        initiative.sunday,
        initiative.org_basis,
        initiative.org_unit_id,
        items.reporter_person_id,
        case
            when initiative.org_basis = 'restated' then {{ as_of_date() }}
            else {{ utc_date('items.created_at') }}
        end as began_on
    from {{ ref('initiative_month') }} as initiative
    inner join {{ ref('dim_work_item') }} as items
        on initiative.initiative_id = items.work_item_id
),

seated as (
    select
        begun.*,
        case
            when seat.person_id is not null
                then coalesce(unit.descendant_id, tree.root_org_unit_id)
        end as began_org_unit_id
    from begun
    inner join {{ ref('org_tree_basis') }} as tree
        on
            begun.org_basis = tree.org_basis
            and begun.sunday >= tree.valid_from
            and begun.sunday < tree.valid_to
    left join {{ ref('fct_seat') }} as seat
        on
            begun.reporter_person_id = seat.person_id
            and seat.assignment_id <> '(none)'
            and seat.is_primary_seat
            and seat.valid_from <= begun.began_on
            and begun.began_on < seat.valid_to
    left join {{ ref('bridge_org_unit_basis') }} as unit
        on
            seat.org_unit_id = unit.descendant_id
            and begun.org_basis = unit.org_basis
            and unit.depth = 0
            and begun.sunday >= unit.valid_from
            and begun.sunday < unit.valid_to
),

placed as (
    select seated.*, tree.ancestor_id
    from seated
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on
            seated.org_unit_id = tree.descendant_id
            and seated.org_basis = tree.org_basis
            and seated.sunday >= tree.valid_from
            and seated.sunday < tree.valid_to
)

select
    placed.ancestor_id as org_unit_id,
    placed.month_start,
    placed.org_basis,
    count(*) as n_initiatives,
    count(placed.began_org_unit_id) as n_known,
    count(inside.descendant_id) as n_inside
from placed
left join {{ ref('bridge_org_unit_basis') }} as inside
    on
        placed.ancestor_id = inside.ancestor_id
        and placed.began_org_unit_id = inside.descendant_id
        and placed.org_basis = inside.org_basis
        and placed.sunday >= inside.valid_from
        and placed.sunday < inside.valid_to
group by placed.ancestor_id, placed.month_start, placed.org_basis
