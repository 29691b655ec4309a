-- Where the work of a unit and of all below it went in a week (readings E8, E9). A row for every
-- unit of that Sunday's tree; a row of too few people holds no number at all.
with amount as (
    select
        unit.org_unit_id,
        unit.week_start,
        unit.headcount,
        coalesce(effort.n_people, 0) as n_people,
        coalesce(capacity.capacity_person_days, 0) as capacity_person_days,
        coalesce(effort.person_days, 0) as person_days,
        coalesce(effort.person_days_matched, 0) as person_days_matched,
        coalesce(effort.person_days_worklog, 0) as person_days_worklog,
        coalesce(effort.person_days_aligned, 0) as person_days_aligned,
        coalesce(effort.person_days_lapsed, 0) as person_days_lapsed,
        coalesce(effort.person_days_island, 0) as person_days_island,
        coalesce(effort.person_days_unaligned, 0) as person_days_unaligned,
        coalesce(effort.person_days_expired, 0) as person_days_expired,
        coalesce(effort.person_days_unknown, 0) as person_days_unknown
    from {{ ref('headcount_unit_week') }} as unit
    left join {{ ref('effort_unit_week') }} as effort
        on unit.org_unit_id = effort.org_unit_id and unit.week_start = effort.week_start
    left join {{ ref('capacity_unit_week') }} as capacity
        on unit.org_unit_id = capacity.org_unit_id and unit.week_start = capacity.week_start
),

covered as (
    select
        amount.*,
        amount.person_days_matched / nullif(amount.capacity_person_days, 0) as effort_coverage,
        amount.headcount < 20
        or (amount.n_people > 0 and amount.n_people < {{ var('minimum_group_effort') }})
            as suppressed
    from amount
),

judged as (
    select
        covered.*,
        case
            when covered.suppressed then 'few_people'
            when covered.person_days = 0 then 'no_effort'
            when coalesce(covered.effort_coverage, 0) < 0.3 then 'low_coverage'
        end as reason_missing
    from covered
),

shared as (
    select
        judged.*,
        case when judged.reason_missing is null then judged.person_days end as base,
        judged.person_days - judged.person_days_matched as person_days_unmatched,
        not judged.suppressed as is_shown
    from judged
),

measured as (
    select
        shared.*,
        shared.person_days_aligned / shared.base as aligned_share,
        shared.person_days_aligned / shared.base as aligned_share_low,
        (shared.person_days_aligned + shared.person_days_unknown) / shared.base
            as aligned_share_high,
        shared.person_days_unmatched / nullif(shared.person_days, 0) as unmatched_share,
        shared.person_days_worklog / nullif(shared.person_days, 0) as basis_worklog_share
    from shared
)

select
    measured.org_unit_id,
    measured.week_start,
    'as_was' as org_basis,
    case when measured.is_shown then measured.n_people end as n_people,
    case when measured.is_shown then measured.person_days end as person_days,
    case when measured.is_shown then measured.capacity_person_days end as capacity_person_days,
    case when measured.is_shown then measured.effort_coverage end as effort_coverage,
    case when measured.is_shown then measured.person_days_aligned end as person_days_aligned,
    case when measured.is_shown then measured.person_days_lapsed end as person_days_lapsed,
    case when measured.is_shown then measured.person_days_island end as person_days_island,
    case when measured.is_shown then measured.person_days_unaligned end as person_days_unaligned,
    case when measured.is_shown then measured.person_days_expired end as person_days_expired,
    case when measured.is_shown then measured.aligned_share end as aligned_share,
    case when measured.is_shown then measured.aligned_share_low end as aligned_share_low,
    case when measured.is_shown then measured.aligned_share_high end as aligned_share_high,
    case when measured.is_shown then measured.unmatched_share end as unmatched_share,
    case when measured.is_shown then measured.basis_worklog_share end as basis_worklog_share,
    measured.suppressed,
    measured.reason_missing
from measured
