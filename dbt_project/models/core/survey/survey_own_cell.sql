-- What the sheets of a unit's direct members say of a construct: the numbers that add up to those
-- of the units above.
select
    survey_id,
    org_unit_id,
    construct,
    count(case when is_counted then 1 end) as n_counted,
    cast(sum(n_answered_items) as bigint) as n_answered_items,
    cast(sum(n_dont_know_items) as bigint) as n_dont_know_items,
    {{ exact_sum('favourable') }} as favourable_sum,
    {{ exact_sum('mean_100') }} as sum_100,
    count(mean_100) as n_100,
    count(case when promotion = 1 then 1 end) as n_promoters,
    count(case when promotion = -1 then 1 end) as n_detractors
from {{ ref('survey_sheet_construct') }}
where org_unit_id is not null
group by survey_id, org_unit_id, construct
