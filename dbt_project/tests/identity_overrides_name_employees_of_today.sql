{{ config(severity='warn') }}

select overrides.account_source, overrides.account_ref, overrides.employee_number
from {{ ref('stg_identity_overrides') }} as overrides
left join {{ ref('person_record') }} as records
    on overrides.employee_number = records.employee_number and records.is_standing
where records.hr_person_id is null
