-- The trees of units by basis, with their roots: the versions as they were, and restated, where the
-- tree of as_of stands for all time (reading E13).
select 'as_was' as org_basis, tree.valid_from, tree.valid_to, tree.root_org_unit_id
from {{ ref('org_tree_version') }} as tree
union all
select
    'restated' as org_basis,
    {{ beginning() }} as valid_from,
    {{ open_end() }} as valid_to,
    tree.root_org_unit_id
from {{ ref('org_tree_version') }} as tree
where tree.valid_from <= {{ as_of_date() }} and tree.valid_to > {{ as_of_date() }}
