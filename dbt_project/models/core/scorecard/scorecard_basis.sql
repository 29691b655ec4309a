-- Which blocks make the index in a month: those that the root has in the first month of the
-- calendar quarter that has a row (reading M2). A row a month and block of the basis.
with months as (
    select distinct
        unit_month.month_start,
        cast(date_trunc('quarter', unit_month.month_start) as date) as quarter_start,
        week.root_org_unit_id
    from {{ ref('unit_month') }} as unit_month
    inner join {{ ref('effort_week') }} as week on unit_month.week_start = week.week_start
),

opening as (
    select
        months.quarter_start,
        months.month_start,
        months.root_org_unit_id,
        row_number() over (partition by months.quarter_start order by months.month_start) as place
    from months
)

select
    months.month_start,
    weights.block,
    weights.position,
    weights.weight
from months
inner join opening on months.quarter_start = opening.quarter_start and opening.place = 1
inner join {{ ref('scorecard_block') }} as block
    on
        opening.month_start = block.month_start
        and opening.root_org_unit_id = block.org_unit_id
        and block.org_basis = 'as_was'
        and block.score is not null
inner join {{ ref('scorecard_weight') }} as weights on block.block = weights.block
