-- How many of a unit's own people a closed wave asked, and how many sheets came back; who is of no
-- unit of the wave's tree counts at the root.
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
)

select
    survey_id,
    org_unit_id,
    cast(sum(n_invited) as bigint) as n_invited,
    cast(sum(n_sheets) as bigint) as n_sheets
from placed
group by survey_id, org_unit_id
