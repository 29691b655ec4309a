-- The metrics in force on the goals of a unit's monthly row, each once: whether it is live that
-- Sunday (G10), how its newest reading by then was entered, and whether an open initiative of the
-- unit serves a goal that has it (readings J1, M1).
with reading as (
    select
        readings.metric_id,
        months.month_start,
        readings.observed_on,
        readings.entry,
        row_number() over (
            partition by readings.metric_id, months.month_start
            order by readings.observed_on desc, readings.recorded_at desc
        ) as place
    from (
        select distinct unit_month.month_start, unit_month.sunday
        from {{ ref('unit_month') }} as unit_month
    ) as months
    inner join {{ ref('fct_metric_observation') }} as readings
        on readings.observed_on <= months.sunday
),

served as (
    select distinct
        tree.ancestor_id as org_unit_id,
        initiative.week_start,
        initiative.org_basis,
        linked.goal_id
    from {{ ref('initiative_month') }} as initiative
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on
            initiative.org_unit_id = tree.descendant_id
            and initiative.org_basis = tree.org_basis
            and initiative.sunday >= tree.valid_from
            and initiative.sunday < tree.valid_to
    inner join {{ ref('initiative_goal_week') }} as linked
        on
            initiative.initiative_id = linked.initiative_id
            and initiative.week_start = linked.week_start
)

select
    goal.org_unit_id,
    goal.month_start,
    goal.org_basis,
    target.metric_id,
    max(reading.entry) as entry,
    max(metrics.is_leading) as is_leading,
    max(
        case
            when
                {{ days_between('reading.observed_on', 'goal.sunday') }}
                <= coalesce(1.5 * metrics.cadence_days, 35)
                then 1
            else 0
        end
    ) = 1 as is_live,
    max(case when served.goal_id is not null then 1 else 0 end) = 1 as is_served
from {{ ref('goal_unit_month') }} as goal
inner join {{ ref('goal_metric') }} as target
    on
        goal.goal_id = target.goal_id
        and target.valid_from <= goal.sunday
        and goal.sunday < target.valid_to
inner join (
    select
        metric.metric_id,
        metric.cadence_days,
        case when metric.is_leading then 1 when not metric.is_leading then 0 end as is_leading
    from {{ ref('dim_metric') }} as metric
) as metrics
    on target.metric_id = metrics.metric_id
left join reading
    on
        target.metric_id = reading.metric_id
        and goal.month_start = reading.month_start
        and reading.place = 1
left join served
    on
        goal.org_unit_id = served.org_unit_id
        and goal.week_start = served.week_start
        and goal.org_basis = served.org_basis
        and goal.goal_id = served.goal_id
group by goal.org_unit_id, goal.month_start, goal.org_basis, target.metric_id
