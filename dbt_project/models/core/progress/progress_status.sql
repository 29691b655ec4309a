-- A row a shown goal, week and rule of seed status_rule that says something of it: its status.
with compared as (
    select
        measured.goal_id,
        measured.week_start,
        rules.rule,
        case when rules.better = 'higher' then 1 else -1 end as direction,
        {{ comparable('rules.on_track_from') }} as on_track_from,
        rules.on_track_includes_bound,
        {{ comparable('rules.behind_from') }} as behind_from,
        rules.behind_includes_bound,
        {{ comparable(
            "case rules.measure"
            ~ " when 'pace' then measured.pace"
            ~ " when 'mean_item_pace' then measured.mean_item_pace"
            ~ " when 'shortfall' then measured.shortfall"
            ~ " when 'forecast_attainment' then measured.forecast_attainment"
            ~ " when 'least_item_pace' then measured.least_item_pace"
            ~ " end"
        ) }} as measured
    from {{ ref('progress_measure') }} as measured
    cross join {{ ref('status_rule') }} as rules
)

select
    compared.goal_id,
    compared.week_start,
    compared.rule,
    case
        when
            compared.direction * (compared.measured - compared.on_track_from) > 0
            or (compared.on_track_includes_bound and compared.measured = compared.on_track_from)
            then 'on_track'
        when
            compared.direction * (compared.measured - compared.behind_from) > 0
            or (compared.behind_includes_bound and compared.measured = compared.behind_from)
            then 'behind'
        else 'at_risk'
    end as status
from compared
where compared.measured is not null
