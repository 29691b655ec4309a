-- In the tree of the month's last day, or of as_of; and what is overdue is part of what there is.
with judged as (
    select distinct
        effort.from_org_unit_id, effort.to_org_unit_id, effort.month_start, effort.judged_on
    from {{ ref('effort_between_units') }} as effort
)

select mart.from_org_unit_id, mart.to_org_unit_id, mart.month_start
from {{ ref('unit_dependency') }} as mart
left join judged
    on
        mart.from_org_unit_id = judged.from_org_unit_id
        and mart.to_org_unit_id = judged.to_org_unit_id
        and mart.month_start = judged.month_start
left join {{ ref('bridge_org_unit_history') }} as tree
    on
        judged.judged_on >= tree.valid_from
        and judged.judged_on < tree.valid_to
        and (
            (tree.ancestor_id = mart.from_org_unit_id and tree.descendant_id = mart.to_org_unit_id)
            or (
                tree.ancestor_id = mart.to_org_unit_id
                and tree.descendant_id = mart.from_org_unit_id
            )
        )
where
    judged.judged_on is null
    or tree.ancestor_id is not null
    or mart.n_overdue > mart.n_initiatives
    or mart.person_days <= 0
    or not (mart.effort_inside_share between 0 and 1 + 1e-9)
