-- The initiatives of a unit's monthly row and who began them: a row a unit, month and basis with
-- how many are open, of how many the reporter's unit is known, and how many began inside (reading
-- H2).
with open_month as (
    select
        initiative.initiative_id,
        unit_month.month_start,
        unit_month.sunday,
        unit.org_unit_id,
        items.reporter_person_id,
        {{ utc_date('items.created_at') }} as created_on
    from (
        select distinct months.month_start, months.week_start, months.sunday
        from {{ ref('unit_month') }} as months
    ) as unit_month
    inner join {{ ref('initiative_week') }} as initiative
        on unit_month.week_start = initiative.week_start
    inner join {{ ref('dim_work_item') }} as items
        on initiative.initiative_id = items.work_item_id
    inner join {{ ref('initiative_unit') }} as unit
        on initiative.initiative_id = unit.initiative_id
),

begun as (
    select open_month.*, bases.org_basis, seat.org_unit_id as began_org_unit_id
    from open_month
    cross join (select distinct org_basis from {{ ref('unit_month') }}) as bases
    left join {{ ref('fct_seat') }} as seat
        on
            open_month.reporter_person_id = seat.person_id
            and seat.is_primary_seat
            and seat.valid_from <= case
                when bases.org_basis = 'restated' then {{ as_of_date() }}
                else open_month.created_on
            end
            and seat.valid_to > case
                when bases.org_basis = 'restated' then {{ as_of_date() }}
                else open_month.created_on
            end
),

placed as (
    select begun.*, tree.ancestor_id
    from begun
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on
            begun.org_unit_id = tree.descendant_id
            and begun.org_basis = tree.org_basis
            and begun.sunday >= tree.valid_from
            and begun.sunday < tree.valid_to
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
