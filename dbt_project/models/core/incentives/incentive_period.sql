-- The periods for which incentives are told: the day on which each is judged, and the last week
-- whose Sunday is not after that day (reading I1).
with period as (
    select distinct
        lines.period_start,
        lines.period_end,
        least(lines.period_end, {{ as_of_date() }}) as judged_on
    from {{ ref('stg_incentive_lines') }} as lines
    where lines.period_start <= {{ as_of_date() }} and lines.period_end >= lines.period_start
)

select
    cast(period.period_start as text) || ' ' || cast(period.period_end as text) as period_id,
    period.period_start,
    period.period_end,
    period.judged_on,
    {{ week_start(date_add_days('period.judged_on', -6)) }} as week_start,
    tree.root_org_unit_id
from period
inner join {{ ref('org_tree_version') }} as tree
    on tree.valid_from <= period.judged_on and period.judged_on < tree.valid_to
