-- The sheets of closed waves, each in a unit of the wave's tree: one that names another counts at
-- the root.
with sheet as (
    select answer.survey_id, answer.response_id, min(answer.org_unit_id) as org_unit_id
    from {{ ref('fct_answer') }} as answer
    group by answer.survey_id, answer.response_id
)

select
    sheet.survey_id,
    sheet.response_id,
    coalesce(unit.ancestor_id, tree.root_org_unit_id) as org_unit_id
from sheet
inner join {{ ref('survey_wave') }} as wave on sheet.survey_id = wave.survey_id
left join {{ ref('survey_tree') }} as unit
    on
        sheet.survey_id = unit.survey_id
        and sheet.org_unit_id = unit.ancestor_id
        and unit.depth = 0
left join {{ ref('org_tree_version') }} as tree
    on tree.valid_from <= wave.judged_on and wave.judged_on < tree.valid_to
