-- The closure of the org tree by basis: as it was from day to day, and restated, where the tree of
-- as_of stands for all time (reading E13).
select
    'as_was' as org_basis,
    tree.ancestor_id,
    tree.descendant_id,
    tree.depth,
    tree.valid_from,
    tree.valid_to
from {{ ref('bridge_org_unit_history') }} as tree
union all
select
    'restated' as org_basis,
    tree.ancestor_id,
    tree.descendant_id,
    tree.depth,
    {{ beginning() }} as valid_from,
    {{ open_end() }} as valid_to
from {{ ref('bridge_org_unit_history') }} as tree
where tree.valid_from <= {{ as_of_date() }} and tree.valid_to > {{ as_of_date() }}
