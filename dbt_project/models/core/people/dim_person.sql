-- A row a person, from their HR records: the standing, open, newest one describes them.
with ranked as (
    select
        records.person_id,
        people.*,
        row_number() over (
            partition by records.person_id
            order by
                case when people.deleted_at is null then 0 else 1 end asc,
                case when people.left_on is null then 0 else 1 end asc,
                people.left_on desc,
                people.updated_at desc nulls last,
                people.hr_person_id asc
        ) as rank_of_record
    from {{ ref('stg_people') }} as people
    inner join {{ ref('person_record') }} as records
        on people.hr_person_id = records.hr_person_id
),

employment as (
    select
        person_id,
        case when count(hired_on) = count(*) then min(hired_on) end as hired_on,
        case
            when count(coalesce(left_on, {{ utc_date('deleted_at') }})) = count(*)
                then max(coalesce(left_on, {{ utc_date('deleted_at') }}))
        end as left_on
    from ranked
    group by person_id
)

select
    ranked.person_id,
    ranked.employee_number,
    ranked.work_email,
    ranked.location,
    coalesce(locations.country, '') as country,
    coalesce(locations.subdivision, '') as subdivision,
    coalesce(locations.time_zone, 'UTC') as time_zone,
    ranked.employment_type,
    employment.hired_on,
    employment.left_on,
    ranked.leave_from,
    ranked.leave_to
from ranked
inner join employment on ranked.person_id = employment.person_id
left join {{ ref('stg_locations') }} as locations on ranked.location = locations.location
where ranked.rank_of_record = 1
