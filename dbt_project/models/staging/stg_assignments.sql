select
    assignments.source || ':' || assignments.assignment_key as assignment_id,
    assignments.source,
    {{ referenced_id('assignments.source', 'assignments.person_key') }} as hr_person_id,
    assignments.org_unit_key as org_unit_ref,
    assignments.manager_key as manager_ref,
    coalesce(assignments.fte, 1) as fte,
    coalesce(assignments.is_primary, false) as is_primary,
    assignments.effective_from,
    coalesce({{ date_add_days('assignments.effective_to', 1) }}, {{ open_end() }})
        as effective_until
from ({{ standing_rows('assignments', swept_key='assignment_key') }}) as assignments
