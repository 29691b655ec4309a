-- A row a version of a goal's target: how often the target had changed by then, and whether it is
-- the goal's first for the metric (reading A11).
with compared as (
    select
        targets.*,
        row_number() over (
            partition by targets.goal_id, targets.metric_id order by targets.valid_from
        ) as version,
        lag(targets.kind) over (
            partition by targets.goal_id, targets.metric_id order by targets.valid_from
        ) as kind_before,
        lag(targets.baseline) over (
            partition by targets.goal_id, targets.metric_id order by targets.valid_from
        ) as baseline_before,
        lag(targets.target) over (
            partition by targets.goal_id, targets.metric_id order by targets.valid_from
        ) as target_before
    from {{ ref('goal_metric') }} as targets
)

select
    compared.goal_id,
    compared.metric_id,
    compared.kind,
    compared.baseline,
    compared.target,
    compared.weight,
    compared.version = 1 as is_first,
    cast(
        sum(
            case
                when compared.version = 1 then 0
                when
                    compared.kind is distinct from compared.kind_before
                    or compared.baseline is distinct from compared.baseline_before
                    or compared.target is distinct from compared.target_before
                    then 1
                else 0
            end
        ) over (
            partition by compared.goal_id, compared.metric_id order by compared.valid_from
        ) as bigint
    ) as n_changes,
    compared.valid_from,
    compared.valid_to
from compared
