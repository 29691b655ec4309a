-- Today's tree: every unit with every unit above it, itself at depth 0.
select ancestor_id, descendant_id, depth
from {{ ref('bridge_org_unit_history') }}
where valid_from <= {{ as_of_date() }} and {{ as_of_date() }} < valid_to
