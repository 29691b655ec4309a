{{ config(alias='dim_metric') }}

-- A row a metric.
select
    metric_id,
    name,
    unit,
    cadence_days,
    is_leading,
    is_customer_facing,
    entry,
    first_observed_on,
    last_observed_on
from {{ ref('dim_metric') }}
