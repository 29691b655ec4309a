-- Which units' answers a closed wave hides, one pattern for all constructs: hidden first where too
-- few count for any construct (reading F3), then all that would give the hidden away (F4, F5).
{{ config(
    post_hook="{{ settle_pattern(this, ref('survey_piece'), var('minimum_group'), keeps_open=true) }}"
) }}

with unit as (
    select
        tree.survey_id,
        tree.descendant_id as org_unit_id,
        max(case when tree.depth = 1 then tree.ancestor_id end) as parent_id,
        max(tree.depth) as depth
    from {{ ref('survey_tree') }} as tree
    group by tree.survey_id, tree.descendant_id
),

sized as (
    select survey_id, org_unit_id, min(n_counted) as size
    from {{ ref('survey_unit_cell') }}
    group by survey_id, org_unit_id
)

select
    unit.survey_id as pattern_id,
    unit.org_unit_id as unit_id,
    unit.parent_id,
    unit.depth,
    sized.size,
    sized.size < {{ var('minimum_group') }} as is_hidden,
    cast(case when sized.size < {{ var('minimum_group') }} then 0 end as bigint)
        as hidden_in_round,
    cast(null as text) as shown_unit_id,
    cast(null as boolean) as is_thin
from unit
inner join sized
    on unit.survey_id = sized.survey_id and unit.org_unit_id = sized.org_unit_id
