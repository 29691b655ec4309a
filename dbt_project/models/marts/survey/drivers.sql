-- Which constructs go with line of sight, over the whole organisation: a row a closed wave and
-- construct. Association, not cause.
select
    weights.survey_id,
    weights.construct,
    weights.n_people,
    weights.weight as relative_weight,
    weights.weight_low as relative_weight_low,
    weights.weight_high as relative_weight_high,
    weights.r_squared,
    'association, not cause' as note,
    case when weights.weight is null then 'few_observations' end as reason_missing
from {{ ref('driver_weight') }} as weights
where weights.n_people >= {{ var('minimum_group') }}
