-- One row a manager can read: a unit with all below it, month and basis (readings M1 to M4). Read
-- the blocks; the index is for the trend of one unit. A hidden row holds no number.
{% set blocks = ['linked', 'understood', 'controlled', 'pulled', 'rewarded'] %}
{% set parts = [
    'coverage', 'aligned_share', 'reach', 'perceived', 'goal_clarity', 'why_understood', 'control',
    'actionable_metric_share', 'pull_index',
] %}
with scored as (
    select
        block.org_unit_id,
        block.month_start,
        block.org_basis,
        {% for name in blocks %}
        max(case when block.block = '{{ name }}' then block.score end) as {{ name }}
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('scorecard_block') }} as block
    group by block.org_unit_id, block.month_start, block.org_basis
)

select
    unit.org_unit_id,
    unit.month_start,
    unit.org_basis,
    {% for name in parts %}
    part.{{ name }},
    {% endfor %}
    {% for name in blocks %}
    scored.{{ name }},
    {% endfor %}
    overall.alignment_index,
    overall.index_low,
    overall.index_high,
    case when not unit.is_hidden then coalesce(overall.index_basis, '') end as index_basis,
    change.change_3m,
    change.change_12m,
    change.main_driver,
    case when not unit.is_hidden then pace.on_pace_share end as on_pace_share,
    customer.customer_goal_share,
    unit.is_hidden as suppressed,
    case
        when unit.is_hidden then 'few_people'
        when overall.index_basis is null then 'no_basis'
        when overall.alignment_index is null then 'missing_block'
    end as reason_missing
from {{ ref('unit_month') }} as unit
left join {{ ref('scorecard_part') }} as part
    on
        unit.org_unit_id = part.org_unit_id
        and unit.month_start = part.month_start
        and unit.org_basis = part.org_basis
left join scored
    on
        unit.org_unit_id = scored.org_unit_id
        and unit.month_start = scored.month_start
        and unit.org_basis = scored.org_basis
left join {{ ref('scorecard_index') }} as overall
    on
        unit.org_unit_id = overall.org_unit_id
        and unit.month_start = overall.month_start
        and unit.org_basis = overall.org_basis
left join {{ ref('scorecard_change') }} as change
    on
        unit.org_unit_id = change.org_unit_id
        and unit.month_start = change.month_start
        and unit.org_basis = change.org_basis
left join {{ ref('pace_unit_month') }} as pace
    on
        unit.org_unit_id = pace.org_unit_id
        and unit.month_start = pace.month_start
        and unit.org_basis = pace.org_basis
left join {{ ref('customer_alignment') }} as customer
    on
        unit.org_unit_id = customer.org_unit_id
        and unit.month_start = customer.month_start
        and unit.org_basis = customer.org_basis
