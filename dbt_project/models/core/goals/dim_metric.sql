-- A row a metric, newest version, even if gone, with what its readings say.
with reading as (
    select
        metric_id,
        observed_on,
        entry,
        row_number() over (
            partition by metric_id order by observed_on desc, recorded_at desc
        ) as rank_of_reading,
        min(observed_on) over (partition by metric_id) as first_observed_on
    from {{ ref('stg_metric_observations') }}
)

select
    metrics.metric_id,
    metrics.source,
    metrics.name,
    metrics.unit,
    metrics.cadence_days,
    metrics.is_leading,
    metrics.is_customer_facing,
    people.person_id as owner_person_id,
    reading.entry,
    reading.first_observed_on,
    reading.observed_on as last_observed_on,
    metrics.deleted_at,
    metrics.exists_until
from {{ ref('stg_metrics') }} as metrics
left join reading on metrics.metric_id = reading.metric_id and reading.rank_of_reading = 1
left join {{ ref('bridge_identity') }} as people
    on metrics.source = people.source and metrics.owner_ref = people.account_ref
