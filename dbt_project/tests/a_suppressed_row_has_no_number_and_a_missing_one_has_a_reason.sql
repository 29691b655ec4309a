select mart.org_unit_id, mart.week_start as period_start
from {{ ref('effort_alignment') }} as mart
where
    (
        mart.suppressed
        and coalesce(
            mart.n_people, mart.person_days, mart.capacity_person_days, mart.effort_coverage,
            mart.person_days_aligned, mart.person_days_lapsed, mart.person_days_island,
            mart.person_days_unaligned, mart.person_days_expired, mart.aligned_share,
            mart.aligned_share_low, mart.aligned_share_high, mart.direct_to_top_share,
            mart.effective_goals, mart.off_goal_share, mart.priority_gap, mart.unmatched_share,
            mart.basis_worklog_share
        ) is not null
    )
    or mart.suppressed <> coalesce(mart.reason_missing = 'few_people', false)
    or (mart.aligned_share is null) <> (mart.reason_missing is not null)
    or (
        mart.reason_missing is not null
        and coalesce(
            mart.direct_to_top_share, mart.effective_goals, mart.off_goal_share, mart.priority_gap
        ) is not null
    )
union all
select mart.org_unit_id, mart.month_start
from {{ ref('effort_own_unit') }} as mart
where mart.suppressed <> (mart.person_days is null)
union all
select mart.from_org_unit_id, mart.month_start
from {{ ref('unit_dependency') }} as mart
where
    mart.suppressed <> (mart.person_days is null)
    or mart.suppressed <> (mart.n_initiatives is null)
    or mart.suppressed <> (mart.n_overdue is null)
