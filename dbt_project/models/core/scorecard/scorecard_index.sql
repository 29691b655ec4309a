-- The index of a shown unit's month: the weighted mean of the blocks of the month's basis, null
-- where one of them is (reading M2).
with basis as (
    select
        months.month_start,
        {{ exact_sum('months.weight') }} as weight,
        count(*) as n_blocks,
        substr(
            {% for block in ['linked', 'understood', 'controlled', 'pulled', 'rewarded'] %}
            max(case when months.block = '{{ block }}' then ',{{ block }}' else '' end)
            {{ '||' if not loop.last }}
            {% endfor %},
            2
        ) as index_basis
    from {{ ref('scorecard_basis') }} as months
    group by months.month_start
),

summed as (
    select
        block.org_unit_id,
        block.month_start,
        block.org_basis,
        count(block.score) as n_blocks,
        {{ exact_sum('block.score * months.weight') }} as score,
        {{ exact_sum('block.score_low * months.weight') }} as score_low,
        {{ exact_sum('block.score_high * months.weight') }} as score_high
    from {{ ref('scorecard_block') }} as block
    inner join {{ ref('scorecard_basis') }} as months
        on block.month_start = months.month_start and block.block = months.block
    group by block.org_unit_id, block.month_start, block.org_basis
)

select
    summed.org_unit_id,
    summed.month_start,
    summed.org_basis,
    basis.index_basis,
    case when summed.n_blocks = basis.n_blocks then summed.score / basis.weight end
        as alignment_index,
    case when summed.n_blocks = basis.n_blocks then summed.score_low / basis.weight end
        as index_low,
    case when summed.n_blocks = basis.n_blocks then summed.score_high / basis.weight end
        as index_high
from summed
inner join basis on summed.month_start = basis.month_start
