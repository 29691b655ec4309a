{{ config(severity='warn') }}

select assignments.assignment_id, assignments.hr_person_id, assignments.effective_from
from {{ ref('stg_assignments') }} as assignments
left join {{ ref('person_record') }} as records
    on assignments.hr_person_id = records.hr_person_id
where
    records.hr_person_id is null
    or assignments.effective_from >= assignments.effective_until
