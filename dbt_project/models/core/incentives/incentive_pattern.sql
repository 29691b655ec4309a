-- Which units' incentives of a period are hidden: first those of too few people with any; the
-- post-hook hides what these could be worked out from (readings F4, I4).
-- depends_on: {{ ref('incentive_piece') }}
{{ config(
    post_hook="{{ settle_pattern(this, ref('incentive_piece'), var('minimum_group_effort')) }}"
) }}
with unit as (
    select
        period.period_id,
        tree.descendant_id as unit_id,
        max(tree.depth) as depth,
        max(case when tree.depth = 1 then tree.ancestor_id end) as parent_id
    from {{ ref('incentive_period') }} as period
    inner join {{ ref('bridge_org_unit_history') }} as tree
        on tree.valid_from <= period.judged_on and period.judged_on < tree.valid_to
    group by period.period_id, tree.descendant_id
),

counted as (
    select
        period.period_id,
        tree.ancestor_id as unit_id,
        count(person.person_id) as n_people
    from {{ ref('incentive_period') }} as period
    inner join {{ ref('bridge_org_unit_history') }} as tree
        on tree.valid_from <= period.judged_on and period.judged_on < tree.valid_to
    left join {{ ref('incentive_person') }} as person
        on period.period_id = person.period_id and tree.descendant_id = person.org_unit_id
    group by period.period_id, tree.ancestor_id
)

select
    unit.period_id as pattern_id,
    unit.unit_id,
    unit.parent_id,
    unit.depth,
    counted.n_people as size,
    counted.n_people < {{ var('minimum_group_effort') }} as is_hidden,
    cast(
        case when counted.n_people < {{ var('minimum_group_effort') }} then 0 end as bigint
    ) as hidden_in_round,
    cast(null as text) as shown_unit_id,
    cast(null as boolean) as is_thin
from unit
inner join counted on unit.period_id = counted.period_id and unit.unit_id = counted.unit_id
