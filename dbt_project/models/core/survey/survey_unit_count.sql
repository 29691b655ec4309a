-- How many of a unit and of all below it a closed wave asked, and how many sheets came back.
select
    tree.survey_id,
    tree.ancestor_id as org_unit_id,
    cast(
        case when wave.has_invitations then coalesce(sum(own.n_invited), 0) end as bigint
    ) as n_invited,
    cast(coalesce(sum(own.n_sheets), 0) as bigint) as n_sheets
from {{ ref('survey_tree') }} as tree
inner join {{ ref('survey_wave') }} as wave on tree.survey_id = wave.survey_id
left join {{ ref('survey_own_count') }} as own
    on tree.survey_id = own.survey_id and tree.descendant_id = own.org_unit_id
group by tree.survey_id, tree.ancestor_id, wave.has_invitations
