-- A row a goal, metric and week with a target that is to be kept (at_least, at_most): the share of
-- the days observed in the goal's span so far that are inside, of what was recorded by the Sunday.
with recording as (
    select
        metric_id,
        observed_on,
        value,
        {{ utc_date('recorded_at') }} as known_from,
        {{ utc_date('lead(recorded_at) over (
            partition by metric_id, observed_on order by recorded_at
        )') }} as known_to
    from {{ ref('fct_metric_observation') }}
)

select
    basis.goal_id,
    basis.metric_id,
    basis.week_start,
    cast(
        avg(
            case
                when basis.is_upward and recording.value >= basis.target then 1.0
                when not basis.is_upward and recording.value <= basis.target then 1.0
                else 0.0
            end
        ) as {{ type_double() }}
    ) as inside_share
from {{ ref('outlook_basis_week') }} as basis
inner join recording
    on
        basis.metric_id = recording.metric_id
        and recording.observed_on between basis.active_from and basis.judged_on
        and recording.known_from <= basis.judged_on
        and coalesce(recording.known_to > basis.judged_on, true)
where basis.is_kept and basis.target is not null
group by basis.goal_id, basis.metric_id, basis.week_start
