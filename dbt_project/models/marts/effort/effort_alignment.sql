-- Where the work of a unit and of all below it went in a week, by the units of the time and
-- restated (readings E8, E9, E11 to E13). A row for every unit of that Sunday's tree (restated: of
-- the tree of as_of); a row of too few people, or from which too few could be told, holds no number
-- at all.
with counted as (
    select
        unit.org_unit_id,
        unit.week_start,
        unit.org_basis,
        unit.n_people,
        unit.is_hidden or unit.headcount < 20 as suppressed,
        coalesce(capacity.capacity_person_days, 0) as capacity_person_days
    from {{ ref('unit_week_pattern') }} as unit
    left join {{ ref('capacity_unit_week') }} as capacity
        on
            unit.org_unit_id = capacity.org_unit_id
            and unit.week_start = capacity.week_start
            and unit.org_basis = capacity.org_basis
),

amount as (
    select
        counted.*,
        coalesce(effort.person_days, 0) as person_days,
        coalesce(effort.person_days_matched, 0) as person_days_matched,
        coalesce(effort.person_days_worklog, 0) as person_days_worklog,
        coalesce(effort.person_days_top, 0) as person_days_top,
        coalesce(effort.person_days_aligned, 0) as person_days_aligned,
        coalesce(effort.person_days_lapsed, 0) as person_days_lapsed,
        coalesce(effort.person_days_island, 0) as person_days_island,
        coalesce(effort.person_days_unaligned, 0) as person_days_unaligned,
        coalesce(effort.person_days_expired, 0) as person_days_expired,
        coalesce(effort.person_days_unknown, 0) as person_days_unknown,
        coalesce(effort.person_days_matched, 0) / nullif(counted.capacity_person_days, 0)
            as effort_coverage
    from counted
    left join {{ ref('effort_unit_week') }} as effort
        on
            counted.org_unit_id = effort.org_unit_id
            and counted.week_start = effort.week_start
            and counted.org_basis = effort.org_basis
),

judged as (
    select
        amount.*,
        not amount.suppressed as is_shown,
        case
            when amount.suppressed then 'few_people'
            when amount.person_days = 0 then 'no_effort'
            when coalesce(amount.effort_coverage, 0) < 0.3 then 'low_coverage'
        end as reason_missing
    from amount
),

measured as (
    select
        judged.*,
        judged.person_days_aligned / judged.person_days as aligned_share,
        (judged.person_days_aligned + judged.person_days_unknown) / judged.person_days
            as aligned_share_high,
        judged.person_days_top / nullif(judged.person_days_aligned, 0) as direct_to_top_share,
        spread.effective_goals,
        spread.off_goal_share,
        gap.priority_gap
    from judged
    left join {{ ref('goal_spread_unit_week') }} as spread
        on
            judged.org_unit_id = spread.org_unit_id
            and judged.week_start = spread.week_start
            and judged.org_basis = spread.org_basis
    left join {{ ref('priority_gap_unit_week') }} as gap
        on
            judged.org_unit_id = gap.org_unit_id
            and judged.week_start = gap.week_start
            and judged.org_basis = gap.org_basis
    where judged.reason_missing is null
)

select
    judged.org_unit_id,
    judged.week_start,
    judged.org_basis,
    case when judged.is_shown then judged.n_people end as n_people,
    case when judged.is_shown then judged.person_days end as person_days,
    case when judged.is_shown then judged.capacity_person_days end as capacity_person_days,
    case when judged.is_shown then judged.effort_coverage end as effort_coverage,
    case when judged.is_shown then judged.person_days_aligned end as person_days_aligned,
    case when judged.is_shown then judged.person_days_lapsed end as person_days_lapsed,
    case when judged.is_shown then judged.person_days_island end as person_days_island,
    case when judged.is_shown then judged.person_days_unaligned end as person_days_unaligned,
    case when judged.is_shown then judged.person_days_expired end as person_days_expired,
    measured.aligned_share,
    measured.aligned_share as aligned_share_low,
    measured.aligned_share_high,
    measured.direct_to_top_share,
    measured.effective_goals,
    measured.off_goal_share,
    measured.priority_gap,
    case
        when judged.is_shown
            then
                (judged.person_days - judged.person_days_matched) / nullif(judged.person_days, 0)
    end as unmatched_share,
    case
        when judged.is_shown then judged.person_days_worklog / nullif(judged.person_days, 0)
    end as basis_worklog_share,
    judged.suppressed,
    judged.reason_missing
from judged
left join measured
    on
        judged.org_unit_id = measured.org_unit_id
        and judged.week_start = measured.week_start
        and judged.org_basis = measured.org_basis
