-- Shares and indices of the monthly tables and of incentives lie in 0 to 1, an index between its
-- bounds, and a hidden row holds no number.
{% set tables = {
    'pull_index': [
        'self_set_share', 'negotiated_share', 'started_inside_share', 'ownership', 'participation',
        'pull_index',
    ],
    'integration': [
        'checkins_on_cadence_share', 'goals_aligned_up_share', 'effort_linked_share',
        'automated_metric_share', 'helps_us_decide', 'integration_index',
    ],
    'customer_alignment': ['customer_goal_share', 'customer_effort_share'],
    'alignment_scorecard': [
        'coverage', 'aligned_share', 'reach', 'perceived', 'goal_clarity', 'why_understood',
        'control', 'actionable_metric_share', 'pull_index', 'linked', 'understood', 'controlled',
        'pulled', 'rewarded', 'alignment_index', 'index_low', 'index_high', 'on_pace_share',
    ],
    'incentive_alignment': ['weight_distance', 'orphan_weight_share', 'opposed_share'],
} %}
{% for table, columns in tables.items() %}
    {% for column in columns %}
select '{{ table }}.{{ column }}' as what, mart.org_unit_id
from {{ ref(table) }} as mart
where
    mart.{{ column }} < -1e-9
    or mart.{{ column }} > 1 + 1e-9
    or (mart.suppressed and mart.{{ column }} is not null)
union all
    {% endfor %}
{% endfor %}
select 'alignment_scorecard: index outside its bounds', mart.org_unit_id
from {{ ref('alignment_scorecard') }} as mart
where
    mart.alignment_index < mart.index_low - 1e-9
    or mart.alignment_index > mart.index_high + 1e-9
    or (mart.alignment_index is null and mart.main_driver is not null)
union all
select 'pull_index, integration or customers: number in a hidden row', mart.org_unit_id
from {{ ref('pull_index') }} as mart
inner join {{ ref('integration') }} as joined
    on
        mart.org_unit_id = joined.org_unit_id
        and mart.month_start = joined.month_start
        and mart.org_basis = joined.org_basis
inner join {{ ref('customer_alignment') }} as customer
    on
        mart.org_unit_id = customer.org_unit_id
        and mart.month_start = customer.month_start
        and mart.org_basis = customer.org_basis
where
    mart.suppressed <> joined.suppressed
    or mart.suppressed <> customer.suppressed
    or (
        mart.suppressed
        and coalesce(
            mart.n_goals, mart.n_initiatives, joined.weeks_since_first_link, customer.n_goals,
            customer.n_shifts, customer.n_shifts_unanswered
        ) is not null
    )
