-- Where the people of an open initiative put the rest of their linked effort of 90 days: the share
-- of each goal. Nothing for an initiative of fewer people than a group needs.
with given as (
    select
        effort.worker_id,
        effort.initiative_id,
        split.goal_id,
        {{ exact_sum('effort.person_days * split.share') }} as person_days
    from {{ ref('fct_effort') }} as effort
    inner join {{ ref('bridge_effort_goal') }} as split
        on effort.work_item_id = split.work_item_id and effort.week_start = split.week_start
    where effort.day > {{ date_add_days(as_of_date(), -90) }}
    group by effort.worker_id, effort.initiative_id, split.goal_id
),

crew as (
    select distinct effort.initiative_id, effort.worker_id
    from {{ ref('fct_effort') }} as effort
    inner join {{ ref('initiative_state') }} as state
        on effort.initiative_id = state.initiative_id
    where
        effort.day > {{ date_add_days(as_of_date(), -90) }}
        and state.n_workers_90d >= {{ var('minimum_group_effort') }}
),

elsewhere as (
    select
        crew.initiative_id,
        given.goal_id,
        {{ exact_sum('given.person_days') }} as person_days,
        count(distinct given.worker_id) as n_workers
    from crew
    inner join given
        on
            crew.worker_id = given.worker_id
            and crew.initiative_id <> coalesce(given.initiative_id, '')
    group by crew.initiative_id, given.goal_id
)

select
    elsewhere.initiative_id,
    elsewhere.goal_id,
    elsewhere.person_days
    / {{ exact_sum_over('elsewhere.person_days', 'elsewhere.initiative_id') }} as share
from elsewhere
