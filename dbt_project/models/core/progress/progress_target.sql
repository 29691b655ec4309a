-- What a goal's metrics say on a day on which it is judged: by the target in force, and by the
-- first target that the goal ever had for the metric (readings A3, A11).
with in_force as (
    select
        pair.goal_id,
        pair.day,
        pair.active_from,
        targets.metric_id,
        targets.kind,
        targets.baseline,
        targets.target,
        targets.weight,
        targets.n_changes,
        row_number() over (
            partition by pair.goal_id, pair.day, targets.metric_id
            order by targets.valid_from desc
        ) as rank_of_version
    from {{ ref('progress_pair') }} as pair
    inner join {{ ref('target_version') }} as targets
        on
            pair.goal_id = targets.goal_id
            and targets.valid_from <= pair.day
            and pair.day < targets.valid_to
),

aimed as (
    select
        in_force.goal_id,
        in_force.day,
        in_force.active_from,
        in_force.metric_id,
        false as is_first,
        in_force.kind,
        in_force.baseline,
        in_force.target,
        in_force.weight,
        in_force.n_changes
    from in_force
    where in_force.rank_of_version = 1
    union all
    select
        in_force.goal_id,
        in_force.day,
        in_force.active_from,
        in_force.metric_id,
        true as is_first,
        targets.kind,
        targets.baseline,
        targets.target,
        targets.weight,
        in_force.n_changes
    from in_force
    inner join {{ ref('target_version') }} as targets
        on
            in_force.goal_id = targets.goal_id
            and in_force.metric_id = targets.metric_id
            and targets.is_first
    where in_force.rank_of_version = 1
),

span as (
    select
        aimed.goal_id,
        aimed.day,
        aimed.metric_id,
        aimed.is_first,
        count(*) as n_days_observed,
        count(
            case
                when aimed.kind = 'at_least' and readings.value >= aimed.target then 1
                when aimed.kind = 'at_most' and readings.value <= aimed.target then 1
            end
        ) as n_days_inside
    from aimed
    inner join {{ ref('progress_reading') }} as readings
        on
            aimed.metric_id = readings.metric_id
            and aimed.active_from <= readings.observed_on
            and readings.observed_on <= aimed.day
    where aimed.kind in ('at_least', 'at_most')
    group by aimed.goal_id, aimed.day, aimed.metric_id, aimed.is_first
),

valued as (
    select
        aimed.*,
        coalesce(aimed.kind in ('at_least', 'at_most'), false) as is_kept_up,
        span.n_days_observed,
        span.n_days_inside,
        readings.observed_on as last_observed_on,
        readings.value
    from aimed
    left join span
        on
            aimed.goal_id = span.goal_id
            and aimed.day = span.day
            and aimed.metric_id = span.metric_id
            and aimed.is_first = span.is_first
    left join {{ ref('progress_reading') }} as readings
        on
            aimed.metric_id = readings.metric_id
            and readings.observed_on <= aimed.day
            and aimed.day < readings.newest_until
)

select
    valued.goal_id,
    valued.day,
    valued.metric_id,
    valued.is_first,
    valued.is_kept_up,
    valued.baseline,
    valued.target,
    valued.weight,
    valued.n_changes,
    coalesce(valued.n_days_observed, 0) as n_days_observed,
    valued.last_observed_on,
    case
        when valued.target is null then null
        when valued.is_kept_up
            then cast(valued.n_days_inside as {{ type_double() }}) / valued.n_days_observed
        when not valued.is_kept_up
            then (valued.value - valued.baseline) / nullif(valued.target - valued.baseline, 0)
    end as attainment_raw,
    case
        when valued.is_kept_up and valued.n_days_observed is null then 'few_observations'
        when not valued.is_kept_up and valued.value is null then 'few_observations'
        when valued.target is null then 'no_target'
        when not valued.is_kept_up and valued.baseline is null then 'no_target'
        when not valued.is_kept_up and valued.baseline = valued.target then 'no_span'
    end as reason_missing
from valued
