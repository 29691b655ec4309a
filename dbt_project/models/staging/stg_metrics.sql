select
    metrics.source || ':' || metrics.metric_key as metric_id,
    metrics.source,
    metrics.metric_key,
    metrics.name,
    metrics.unit,
    metrics.cadence_days,
    metrics.is_leading,
    metrics.is_customer_facing,
    nullif(trim(metrics.owner_ref), '') as owner_ref,
    metrics.deleted_at,
    coalesce({{ utc_date('metrics.deleted_at') }}, {{ open_end() }}) as exists_until
from ({{ newest_version('metrics', swept_key='metric_key') }}) as metrics
