-- Which HR record is which person. Records with one employee number are one person, unless a system
-- gives it to several e-mails: a placeholder, or a number used again. Failing that, two records of
-- two systems that alone share an e-mail are one person.
with spread as (
    select
        people.source,
        people.employee_number,
        min(people.email) <> max(people.email) as is_of_several
    from {{ ref('stg_people') }} as people
    where people.employee_number is not null
    group by people.source, people.employee_number
),

ambiguous as (
    select distinct spread.employee_number
    from spread
    where spread.is_of_several
),

numbered as (
    select
        people.hr_person_id,
        people.source,
        people.person_key,
        people.employee_number,
        people.email,
        people.deleted_at is null as is_standing,
        ambiguous.employee_number is not null as is_ambiguous,
        count(*) over (partition by people.employee_number) as n_of_number,
        min(people.hr_person_id) over (partition by people.employee_number) as first_of_number
    from {{ ref('stg_people') }} as people
    left join ambiguous on people.employee_number = ambiguous.employee_number
),

mailed as (
    select
        numbered.*,
        employee_number is not null and n_of_number > 1 and not is_ambiguous
            as is_joined_by_number,
        count(*) over (partition by email) as n_of_email,
        min(source) over (partition by email) <> max(source) over (partition by email) as is_across,
        max(
            case
                when employee_number is not null and n_of_number > 1 and not is_ambiguous then 1
                else 0
            end
        ) over (partition by email) as n_joined_of_email,
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
