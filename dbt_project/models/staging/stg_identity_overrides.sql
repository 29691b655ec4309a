select
    overrides.account_source,
    overrides.account_ref,
    trim(overrides.employee_number) as employee_number
from ({{ standing_rows('identity_overrides') }}) as overrides
