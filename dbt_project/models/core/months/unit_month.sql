-- The rows of monthly tables: every unit of the tree of a month's last judged Sunday, by basis, and
-- whether its numbers are hidden (readings B1, F2).
with ranked as (
    select
        week.week_start,
        week.sunday,
        cast(date_trunc('month', week.sunday) as date) as month_start,
        row_number() over (
            partition by cast(date_trunc('month', week.sunday) as date)
            order by week.week_start desc
        ) as place
    from {{ ref('effort_week') }} as week
)

select
    pattern.org_unit_id,
    ranked.month_start,
    ranked.week_start,
    ranked.sunday,
    pattern.org_basis,
    pattern.is_hidden
from ranked
inner join {{ ref('unit_week_pattern') }} as pattern on ranked.week_start = pattern.week_start
where ranked.place = 1
