-- Which HR record is which person. Records with one employee number are one person; failing
-- that, two records of two systems that alone share an e-mail are.
with numbered as (
    select
        hr_person_id,
        source,
        person_key,
        employee_number,
        email,
        deleted_at is null as is_standing,
        count(*) over (partition by employee_number) as n_of_number,
        min(hr_person_id) over (partition by employee_number) as first_of_number
    from {{ ref('stg_people') }}
),

mailed as (
    select
        numbered.*,
        employee_number is not null and n_of_number > 1 as is_joined_by_number,
        count(*) over (partition by email) as n_of_email,
        min(source) over (partition by email) <> max(source) over (partition by email) as is_across,
        max(case when employee_number is not null and n_of_number > 1 then 1 else 0 end)
            over (partition by email) as n_joined_of_email,
        min(hr_person_id) over (partition by email) as first_of_email
    from numbered
)

select
    hr_person_id,
    case
        when is_joined_by_number then first_of_number
        when email is not null and n_of_email = 2 and is_across and n_joined_of_email = 0
            then first_of_email
        else hr_person_id
    end as person_id,
    source,
    person_key,
    employee_number,
    email,
    is_standing
from mailed
