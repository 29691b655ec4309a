select mart.org_unit_id, mart.week_start, mart.org_basis
from {{ ref('effort_alignment') }} as mart
where
    not (
        0 <= mart.aligned_share_low
        and mart.aligned_share_low <= mart.aligned_share
        and mart.aligned_share <= mart.aligned_share_high
        and mart.aligned_share_high <= 1 + 1e-9
    )
    or not (mart.unmatched_share between 0 and 1 + 1e-9)
    or not (mart.basis_worklog_share between 0 and 1 + 1e-9)
    or not (mart.direct_to_top_share between 0 and 1 + 1e-9)
    or not (mart.off_goal_share between 0 and 1 + 1e-9)
    or not (mart.priority_gap between 0 and 1 + 1e-9)
    or mart.effective_goals < 1 - 1e-9
