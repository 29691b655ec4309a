-- The tree of units on the day of a closed wave: who is above whom, a unit above itself at depth 0.
select
    wave.survey_id,
    tree.ancestor_id,
    tree.descendant_id,
    tree.depth
from {{ ref('survey_wave') }} as wave
inner join {{ ref('bridge_org_unit_history') }} as tree
    on tree.valid_from <= wave.judged_on and wave.judged_on < tree.valid_to
