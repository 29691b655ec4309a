select
    targets.source,
    targets.goal_key as goal_ref,
    targets.metric_ref,
    targets.kind,
    targets.baseline,
    targets.target,
    targets.weight,
    targets.effective_from as valid_from,
    coalesce(
        lead(targets.effective_from) over (
            partition by targets.source, targets.goal_key, targets.metric_ref
            order by targets.effective_from
        ),
        {{ open_end() }}
    ) as valid_to
from ({{ standing_rows('goal_metrics') }}) as targets
