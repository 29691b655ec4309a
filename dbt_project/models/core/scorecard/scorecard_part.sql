-- The parts of a unit's scorecard, by month and basis, of rows that are shown (reading M1). What
-- the survey and the incentives say is as_was alone.
{% set constructs = [
    ('perceived', 'los_actions'), ('goal_clarity', 'goal_clarity'),
    ('why_understood', 'why_understood'), ('control', 'control'),
] %}
with said as (
    select
        survey.org_unit_id,
        survey.month_start,
    {% for name, construct in constructs %}
    max(case when survey.construct = '{{ construct }}' then survey.favourable_share end)
        as {{ name }},
    max(case when survey.construct = '{{ construct }}' then survey.favourable_low end)
        as {{ name }}_low,
    max(case when survey.construct = '{{ construct }}' then survey.favourable_high end)
        as {{ name }}_high
    {%- if not loop.last %},{% endif %}
    {% endfor %}
    from {{ ref('survey_unit_month') }} as survey
    group by survey.org_unit_id, survey.month_start
),

metric as (
    select
        metrics.org_unit_id,
        metrics.month_start,
        metrics.org_basis,
        count(case when metrics.is_live then metrics.is_leading end) as n_known,
        count(case when metrics.is_live and metrics.is_leading = 1 and metrics.is_served then 1 end)
            as n_actionable
    from {{ ref('metric_unit_month') }} as metrics
    group by metrics.org_unit_id, metrics.month_start, metrics.org_basis
),

last_period as (
    select
        months.month_start,
        period.period_start,
        period.period_end,
        row_number() over (
            partition by months.month_start
            order by period.period_end desc, period.period_start desc
        ) as place
    from (
        select distinct unit_month.month_start, unit_month.sunday
        from {{ ref('unit_month') }} as unit_month
    ) as months
    inner join {{ ref('incentive_period') }} as period on period.period_end <= months.sunday
),

reward as (
    select
        last_period.month_start,
        incentive.org_unit_id,
        1 - incentive.weight_distance as rewarded
    from last_period
    inner join {{ ref('incentive_alignment') }} as incentive
        on
            last_period.period_start = incentive.period_start
            and last_period.period_end = incentive.period_end
    where last_period.place = 1
)

select
    unit.org_unit_id,
    unit.month_start,
    unit.org_basis,
    least(1, structure.effort_coverage) as coverage,
    structure.aligned_share,
    structure.aligned_share_low,
    structure.aligned_share_high,
    structure.reach,
    structure.reach_low,
    structure.reach_high,
    {% for name, construct in constructs %}
    said.{{ name }},
    said.{{ name }}_low,
    said.{{ name }}_high,
    {% endfor %}
    cast(metric.n_actionable as {{ type_double() }}) / nullif(metric.n_known, 0)
        as actionable_metric_share,
    pull.pull_index,
    reward.rewarded
from {{ ref('unit_month') }} as unit
inner join {{ ref('structure_unit_month') }} as structure
    on
        unit.org_unit_id = structure.org_unit_id
        and unit.month_start = structure.month_start
        and unit.org_basis = structure.org_basis
left join said
    on
        unit.org_unit_id = said.org_unit_id
        and unit.month_start = said.month_start
        and unit.org_basis = 'as_was'
left join metric
    on
        unit.org_unit_id = metric.org_unit_id
        and unit.month_start = metric.month_start
        and unit.org_basis = metric.org_basis
left join {{ ref('pull_unit_month') }} as pull
    on
        unit.org_unit_id = pull.org_unit_id
        and unit.month_start = pull.month_start
        and unit.org_basis = pull.org_basis
left join reward
    on
        unit.org_unit_id = reward.org_unit_id
        and unit.month_start = reward.month_start
        and unit.org_basis = 'as_was'
where not unit.is_hidden
