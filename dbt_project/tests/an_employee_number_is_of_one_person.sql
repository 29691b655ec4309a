{{ config(severity='warn') }}

-- A number that several persons have names none of them: a placeholder, or a number used again.
select records.employee_number
from {{ ref('person_record') }} as records
where records.employee_number is not null
group by records.employee_number
having min(records.person_id) <> max(records.person_id)
