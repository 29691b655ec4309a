-- In weeks through which one tree of units stands.
with all_effort as (
    select effort.week_start, sum(effort.person_days) as person_days
    from {{ ref('fct_effort') }} as effort
    group by effort.week_start
),

under_roots as (
    select unit.week_start, sum(unit.person_days) as person_days
    from {{ ref('effort_unit_week') }} as unit
    inner join {{ ref('effort_week') }} as week
        on unit.week_start = week.week_start and week.tree_from <= week.week_start
    inner join {{ ref('dim_org_unit_history') }} as version
        on
            unit.org_unit_id = version.org_unit_id
            and version.parent_org_unit_id is null
            and week.sunday >= version.valid_from
            and week.sunday < version.valid_to
    group by unit.week_start
)

select all_effort.week_start, all_effort.person_days, under_roots.person_days as under_roots
from all_effort
inner join {{ ref('effort_week') }} as week
    on all_effort.week_start = week.week_start and week.tree_from <= week.week_start
left join under_roots on all_effort.week_start = under_roots.week_start
where abs(all_effort.person_days - coalesce(under_roots.person_days, 0)) > 1e-6
