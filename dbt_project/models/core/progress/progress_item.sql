-- What the progress of a goal on a day is made of (readings A4, A5): its own metrics and the goals
-- below it; without any of either its last check-in. item_goal_id and item_day say which goal and
-- day an item speaks of: the goal itself, or the one below. A goal below has no score here.
with metric as (
    select
        targets.goal_id,
        targets.day,
        'metric' as item_kind,
        targets.metric_id,
        targets.goal_id as item_goal_id,
        targets.day as item_day,
        targets.baseline,
        targets.target,
        case when targets.weight > 0 then targets.weight end as weight,
        {{ clamped('targets.attainment_raw') }} as score,
        case when targets.is_kept_up then 1.0 else pair.elapsed_share end as expected,
        pair.day >= {{ date_add_days('pair.active_from', 'coalesce(metrics.cadence_days, 0)') }}
        and not (targets.is_kept_up and targets.n_days_observed < 3) as is_due,
        coalesce(
            {{ days_between('targets.last_observed_on', 'targets.day') }}
            <= coalesce(1.5 * metrics.cadence_days, 35),
            false
        ) as is_live
    from {{ ref('progress_target') }} as targets
    inner join {{ ref('progress_pair') }} as pair
        on targets.goal_id = pair.goal_id and targets.day = pair.day
    inner join {{ ref('dim_metric') }} as metrics on targets.metric_id = metrics.metric_id
    where not targets.is_first
),

child as (
    select
        pair.goal_id,
        pair.day,
        edges.child_id as item_goal_id,
        least(pair.day, edges.active_to) as item_day,
        edges.active_from <= pair.day or edges.active_to < pair.day as has_begun,
        max(edges.weight) as weight
    from {{ ref('progress_pair') }} as pair
    inner join {{ ref('progress_edge') }} as edges
        on
            pair.goal_id = edges.parent_id
            and edges.valid_from <= pair.day
            and pair.day < edges.valid_to
    where
        edges.active_from <= pair.day
        or edges.active_to < pair.day
        or edges.written_on <= pair.day
    group by pair.goal_id, pair.day, edges.child_id, edges.active_from, edges.active_to
),

with_parts as (
    select goal_id, day from metric
    union
    select goal_id, day from child
),

said as (
    select
        checkins.goal_id,
        checkins.checked_on,
        checkins.progress,
        row_number() over (
            partition by checkins.goal_id, checkins.checked_on
            order by checkins.checked_at desc, checkins.checkin_id desc
        ) as rank_of_day
    from {{ ref('fct_goal_checkin') }} as checkins
    where checkins.progress is not null
),

checkin as (
    select
        said.goal_id,
        said.checked_on,
        said.progress,
        coalesce(
            lead(said.checked_on) over (partition by said.goal_id order by said.checked_on),
            {{ open_end() }}
        ) as last_until
    from said
    where said.rank_of_day = 1
)

select
    metric.goal_id,
    metric.day,
    metric.item_kind,
    metric.metric_id,
    metric.item_goal_id,
    metric.item_day,
    metric.baseline,
    metric.target,
    metric.weight,
    metric.score,
    metric.expected,
    metric.is_due,
    metric.is_live
from metric
union all
select
    child.goal_id,
    child.day,
    case when child.has_begun then 'child' else 'child_not_begun' end as item_kind,
    '' as metric_id,
    child.item_goal_id,
    child.item_day,
    null as baseline,
    null as target,
    child.weight,
    case when not child.has_begun then 0.0 end as score,
    case when not child.has_begun then 0.0 end as expected,
    false as is_due,
    not child.has_begun as is_live
from child
union all
select
    pair.goal_id,
    pair.day,
    'checkin' as item_kind,
    '' as metric_id,
    pair.goal_id as item_goal_id,
    pair.day as item_day,
    null as baseline,
    null as target,
    null as weight,
    {{ clamped('checkin.progress') }} as score,
    pair.elapsed_share as expected,
    true as is_due,
    {{ days_between('checkin.checked_on', 'pair.day') }}
    <= coalesce(goal.checkin_cadence_days, 30) as is_live
from {{ ref('progress_pair') }} as pair
inner join checkin
    on
        pair.goal_id = checkin.goal_id
        and checkin.checked_on <= pair.day
        and pair.day < checkin.last_until
inner join {{ ref('dim_goal') }} as goal on pair.goal_id = goal.goal_id
left join with_parts on pair.goal_id = with_parts.goal_id and pair.day = with_parts.day
where with_parts.goal_id is null
