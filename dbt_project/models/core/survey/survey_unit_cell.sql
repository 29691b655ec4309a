-- What the sheets of a unit and of all below it say of a construct. A row for every unit of the
-- wave's tree and every construct that the wave asks.
select
    tree.survey_id,
    tree.ancestor_id as org_unit_id,
    asked.construct,
    cast(coalesce(sum(own.n_counted), 0) as bigint) as n_counted,
    cast(coalesce(sum(own.n_answered_items), 0) as bigint) as n_answered_items,
    cast(coalesce(sum(own.n_dont_know_items), 0) as bigint) as n_dont_know_items,
    {{ exact_sum('own.favourable_sum') }} as favourable_sum,
    {{ exact_sum('own.sum_100') }} as sum_100,
    cast(coalesce(sum(own.n_100), 0) as bigint) as n_100,
    cast(coalesce(sum(own.n_promoters), 0) as bigint) as n_promoters,
    cast(coalesce(sum(own.n_detractors), 0) as bigint) as n_detractors
from {{ ref('survey_tree') }} as tree
inner join {{ ref('survey_construct') }} as asked on tree.survey_id = asked.survey_id
left join {{ ref('survey_own_cell') }} as own
    on
        tree.survey_id = own.survey_id
        and tree.descendant_id = own.org_unit_id
        and asked.construct = own.construct
group by tree.survey_id, tree.ancestor_id, asked.construct
