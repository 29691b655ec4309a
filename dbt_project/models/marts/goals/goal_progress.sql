-- How far is a goal, by which rule, and what hides behind it? A row a shown goal and week in which
-- it is active on the Sunday.
with status as (
    select
        told.goal_id,
        told.week_start,
        max(case when told.rule = 'viva' then told.status end) as status_viva,
        max(case when told.rule = 'cascade' then told.status end) as status_cascade,
        max(case when told.rule = 'engagedly' then told.status end) as status_engagedly,
        max(case when told.rule = 'workpath' then told.status end) as status_workpath,
        max(case when told.rule = 'weakest' then told.status end) as status_weakest
    from {{ ref('progress_status') }} as told
    group by told.goal_id, told.week_start
)

select
    week.goal_id,
    week.week_start,
    own.attainment,
    own.attainment_raw,
    score.expected,
    score.pace,
    score.score_mean_equal,
    score.score_mean_weighted,
    score.score_leaf_equal,
    score.score_weakest,
    score.rule_spread,
    own.score_source,
    coalesce(score.n_leaves, 0) as n_leaves,
    coalesce(score.n_leaves_at_risk, 0) as n_leaves_at_risk,
    own.n_items_without_data,
    status.status_viva,
    status.status_cascade,
    status.status_engagedly,
    status.status_workpath,
    status.status_weakest,
    case
        when score.is_too_early or score.goal_id is null then null
        when own.n_items_without_data > 0 then 'items_with_data'
        else 'all_items'
    end as status_basis,
    case
        when not score.is_too_early
            then status.status_viva = 'on_track' and score.n_leaves_at_risk > 0
    end as hidden_risk,
    score.is_stale,
    own.n_target_changes,
    own.score_vs_first_target,
    case
        when score.goal_id is null then own.reason_without_score
        when score.expected is null then 'open_end'
        when score.is_too_early then 'too_early'
    end as reason_missing
from {{ ref('goal_week') }} as week
inner join {{ ref('progress_own') }} as own
    on week.goal_id = own.goal_id and week.judged_on = own.day
left join {{ ref('progress_score') }} as score
    on week.goal_id = score.goal_id and week.judged_on = score.day
left join status on week.goal_id = status.goal_id and week.week_start = status.week_start
where week.is_active and not week.is_partial
