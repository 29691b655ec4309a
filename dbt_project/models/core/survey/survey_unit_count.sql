-- How many of a unit and of all below it a closed wave asked, and how many sheets came back.
with unit as (
    select survey_id, ancestor_id as org_unit_id
    from {{ ref('survey_tree') }}
    where depth = 0
),

placed as (
    select
        invitation.survey_id,
        coalesce(unit.org_unit_id, tree.root_org_unit_id) as org_unit_id,
        invitation.n_invited,
        0 as n_sheets
    from {{ ref('fct_invitation') }} as invitation
    inner join {{ ref('survey_wave') }} as wave on invitation.survey_id = wave.survey_id
    left join unit
        on
            invitation.survey_id = unit.survey_id
            and invitation.org_unit_id = unit.org_unit_id
    left join {{ ref('org_tree_version') }} as tree
        on tree.valid_from <= wave.judged_on and wave.judged_on < tree.valid_to
    union all
    select survey_id, org_unit_id, 0 as n_invited, 1 as n_sheets
    from {{ ref('survey_sheet') }}
),

own as (
    select
        survey_id,
        org_unit_id,
        sum(n_invited) as n_invited,
        sum(n_sheets) as n_sheets
    from placed
    group by survey_id, org_unit_id
)

select
    tree.survey_id,
    tree.ancestor_id as org_unit_id,
    cast(
        case when wave.has_invitations then coalesce(sum(own.n_invited), 0) end as bigint
    ) as n_invited,
    cast(coalesce(sum(own.n_sheets), 0) as bigint) as n_sheets
from {{ ref('survey_tree') }} as tree
inner join {{ ref('survey_wave') }} as wave on tree.survey_id = wave.survey_id
left join own
    on tree.survey_id = own.survey_id and tree.descendant_id = own.org_unit_id
group by tree.survey_id, tree.ancestor_id, wave.has_invitations
