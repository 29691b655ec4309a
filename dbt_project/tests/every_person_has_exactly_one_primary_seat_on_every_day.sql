with primary_seat as (
    select
        person_id,
        valid_from,
        valid_to,
        coalesce(
            lag(valid_to) over (partition by person_id order by valid_from), {{ beginning() }}
        ) as expected_from,
        lead(valid_from) over (partition by person_id order by valid_from) as next_from
    from {{ ref('fct_seat') }}
    where is_primary_seat
)

select person_id, valid_from, valid_to
from primary_seat
where
    valid_from <> expected_from
    or (next_from is null and valid_to <> {{ open_end() }})
union all
select people.person_id, cast(null as date) as valid_from, cast(null as date) as valid_to
from {{ ref('dim_person') }} as people
where not exists (
    select 1 from primary_seat where primary_seat.person_id = people.person_id
)
