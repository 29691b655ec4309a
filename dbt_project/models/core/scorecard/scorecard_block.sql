-- A row a shown unit, month, basis and block: the mean of its parts, and what it would be at their
-- bounds (readings M1, M2). Null where a part is.
{% set blocks = {
    'linked': [('coverage', false), ('aligned_share', true), ('reach', true)],
    'understood': [('perceived', true), ('goal_clarity', true), ('why_understood', true)],
    'controlled': [('control', true), ('actionable_metric_share', false)],
    'pulled': [('pull_index', false)],
    'rewarded': [('rewarded', false)],
} %}
{% for block, parts in blocks.items() %}
select
    part.org_unit_id,
    part.month_start,
    part.org_basis,
    '{{ block }}' as block,
    {{ mean_of_all(parts) }} as score,
    {{ mean_of_all(parts, '_low') }} as score_low,
    {{ mean_of_all(parts, '_high') }} as score_high
from {{ ref('scorecard_part') }} as part
{% if not loop.last %}union all{% endif %}
{% endfor %}
