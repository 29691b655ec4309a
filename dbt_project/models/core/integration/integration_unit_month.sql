-- How far a unit has joined in, by month and basis, whether shown or not (readings J1, J2).
with metric as (
    select
        metrics.org_unit_id,
        metrics.month_start,
        metrics.org_basis,
        count(case when metrics.is_live then 1 end) as n_live,
        count(metrics.entry) as n_entered,
        count(case when metrics.entry = 'integration' then 1 end) as n_automated
    from {{ ref('metric_unit_month') }} as metrics
    group by metrics.org_unit_id, metrics.month_start, metrics.org_basis
),

first_link as (
    select
        goal.org_unit_id,
        goal.month_start,
        goal.org_basis,
        max({{ days_between('links.linked_on', 'goal.sunday') }}) as most_days
    from {{ ref('goal_unit_month') }} as goal
    inner join {{ ref('bridge_goal_initiative') }} as links
        on goal.goal_id = links.goal_id and links.linked_on <= goal.sunday
    group by goal.org_unit_id, goal.month_start, goal.org_basis
)

select
    unit.org_unit_id,
    unit.month_start,
    unit.org_basis,
    coalesce(goals.n_goals, 0) as n_goals,
    cast(goals.n_fresh as {{ type_double() }}) / nullif(goals.n_checkin_known, 0)
        as checkins_on_cadence_share,
    cast(goals.n_aligned_up as {{ type_double() }}) / nullif(goals.n_goals, 0)
        as goals_aligned_up_share,
    structure.effort_linked_share,
    cast(metric.n_automated as {{ type_double() }}) / nullif(metric.n_entered, 0)
        as automated_metric_share,
    survey.favourable_share as helps_us_decide,
    sight.favourable_share as perceived,
    structure.is_observable or coalesce(goals.n_goals, 0) > 0 as is_connected,
    coalesce(structure.effort_linked_share > 0, false) or first_link.most_days is not null
        as is_linked,
    coalesce(metric.n_live, 0) > 0 as is_measured,
    cast(floor(first_link.most_days / cast(7 as {{ type_double() }})) as bigint)
        as weeks_since_first_link
from {{ ref('unit_month') }} as unit
inner join {{ ref('structure_unit_month') }} as structure
    on
        unit.org_unit_id = structure.org_unit_id
        and unit.month_start = structure.month_start
        and unit.org_basis = structure.org_basis
left join {{ ref('portfolio_unit_week') }} as goals
    on
        unit.org_unit_id = goals.org_unit_id
        and unit.week_start = goals.week_start
        and unit.org_basis = goals.org_basis
left join metric
    on
        unit.org_unit_id = metric.org_unit_id
        and unit.month_start = metric.month_start
        and unit.org_basis = metric.org_basis
left join first_link
    on
        unit.org_unit_id = first_link.org_unit_id
        and unit.month_start = first_link.month_start
        and unit.org_basis = first_link.org_basis
left join {{ ref('survey_unit_month') }} as survey
    on
        unit.org_unit_id = survey.org_unit_id
        and unit.month_start = survey.month_start
        and survey.construct = 'helps_us_decide'
        and unit.org_basis = 'as_was'
left join {{ ref('survey_unit_month') }} as sight
    on
        unit.org_unit_id = sight.org_unit_id
        and unit.month_start = sight.month_start
        and sight.construct = 'los_actions'
        and unit.org_basis = 'as_was'
