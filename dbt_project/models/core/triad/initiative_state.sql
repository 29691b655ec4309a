-- An initiative that is not deleted, as it stands at as_of: whether it is live (not closed, and
-- with effort or a change within 28 days, of itself or of its items), its effort of 90 days and
-- how many people gave it.
with effort as (
    select
        effort.initiative_id,
        {{ exact_sum('effort.person_days') }} as person_days_90d,
        count(distinct effort.worker_id) as n_workers_90d,
        max(effort.day) as last_effort_on
    from {{ ref('fct_effort') }} as effort
    where
        effort.day > {{ date_add_days(as_of_date(), -90) }}
        and effort.initiative_id is not null
    group by effort.initiative_id
),

change as (
    select
        items.initiative_id,
        greatest(max(items.created_at), max(changes.changed_at)) as last_changed_at
    from {{ ref('dim_work_item') }} as items
    left join {{ ref('stg_work_item_changes') }} as changes
        on items.work_item_id = changes.work_item_id
    where items.initiative_id is not null
    group by items.initiative_id
)

select
    initiative.work_item_id as initiative_id,
    initiative.closed_at is not null
    and {{ utc_date('initiative.closed_at') }} < {{ date_add_days(as_of_date(), -90) }}
        as is_long_closed,
    coalesce(initiative.status_category, '') not in ('done', 'dropped')
    and coalesce(
        effort.last_effort_on > {{ date_add_days(as_of_date(), -28) }}
        or {{ utc_date('change.last_changed_at') }} > {{ date_add_days(as_of_date(), -28) }},
        false
    ) as is_live,
    coalesce(effort.person_days_90d, 0) as person_days_90d,
    coalesce(effort.n_workers_90d, 0) as n_workers_90d
from {{ ref('dim_work_item') }} as initiative
left join effort on initiative.work_item_id = effort.initiative_id
left join change on initiative.work_item_id = change.initiative_id
where
    initiative.is_initiative
    and (
        initiative.deleted_at is null
        or {{ utc_date('initiative.deleted_at') }} > {{ as_of_date() }}
    )
