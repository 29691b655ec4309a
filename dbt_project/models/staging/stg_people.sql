select
    people.source || ':' || people.person_key as hr_person_id,
    people.source,
    people.person_key,
    nullif(trim(people.employee_number), '') as employee_number,
    nullif(trim(people.work_email), '') as work_email,
    {{ normalised_email('people.work_email') }} as email,
    nullif(trim(people.location), '') as location,
    people.employment_type,
    people.leave_from,
    people.leave_to,
    people.hired_on,
    people.left_on,
    people.updated_at,
    people.deleted_at
from ({{ newest_version('people', swept_key='person_key') }}) as people
