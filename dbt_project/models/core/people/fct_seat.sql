-- Who sat where, from when to when, without gaps: a day without a seat takes the seats that ended
-- last before it, a day before the first takes the first. A person without any has one of no unit.
with seat as (
    select
        records.person_id,
        assignments.assignment_id,
        units.org_unit_id,
        assignments.fte,
        assignments.is_primary,
        assignments.effective_from,
        assignments.effective_until
    from {{ ref('stg_assignments') }} as assignments
    inner join {{ ref('person_record') }} as records
        on assignments.hr_person_id = records.hr_person_id
    left join {{ ref('bridge_org_unit_ref') }} as units
        on
            assignments.source = units.source
            and assignments.org_unit_ref = units.org_unit_ref
    where assignments.effective_from < assignments.effective_until
),

boundary as (
    select person_id, effective_from as day from seat
    union
    select person_id, effective_until as day from seat
    union
    select person_id, {{ beginning() }} as day from seat
    union
    select person_id, {{ open_end() }} as day from seat
),

stretch as (
    select
        person_id,
        day as valid_from,
        lead(day) over (partition by person_id order by day) as valid_to
    from boundary
),

taken as (
    select
        stretch.person_id,
        stretch.valid_from,
        stretch.valid_to,
        seat.assignment_id,
        seat.org_unit_id,
        seat.fte,
        seat.is_primary,
        seat.effective_from < stretch.valid_to
        and stretch.valid_from < seat.effective_until as is_in_force,
        seat.effective_until,
        stretch.valid_from = {{ beginning() }} as is_before_all,
        max(
            case
                when
                    seat.effective_from < stretch.valid_to
                    and stretch.valid_from < seat.effective_until
                    then 1
                else 0
            end
        ) over (partition by stretch.person_id, stretch.valid_from) as has_any_in_force
    from stretch
    inner join seat
        on
            stretch.person_id = seat.person_id
            and seat.effective_from <= stretch.valid_to
            and stretch.valid_from <= seat.effective_until
    where stretch.valid_to is not null
),

seated as (
    select *
    from taken
    where
        is_in_force
        or (has_any_in_force = 0 and (effective_until = valid_from or is_before_all))
),

ranked as (
    select
        seated.*,
        row_number() over (
            partition by person_id, valid_from
            order by case when is_primary then 0 else 1 end, fte desc, assignment_id
        ) as rank_of_seat,
        cast(
            sum(cast(fte as decimal(18, 12))) over (partition by person_id, valid_from)
            as {{ type_double() }}
        ) as person_fte,
        count(*) over (partition by person_id, valid_from) as n_seats
    from seated
)

select
    person_id,
    assignment_id,
    org_unit_id,
    fte,
    rank_of_seat = 1 as is_primary_seat,
    person_fte,
    case when person_fte > 0 then fte / person_fte else cast(1 as {{ type_double() }}) / n_seats end
        as seat_share,
    valid_from,
    valid_to
from ranked
union all
select
    people.person_id,
    '(none)' as assignment_id,
    cast(null as text) as org_unit_id,
    cast(1 as {{ type_double() }}) as fte,
    true as is_primary_seat,
    cast(1 as {{ type_double() }}) as person_fte,
    cast(1 as {{ type_double() }}) as seat_share,
    {{ beginning() }} as valid_from,
    {{ open_end() }} as valid_to
from {{ ref('dim_person') }} as people
where not exists (select 1 from seat where seat.person_id = people.person_id)
