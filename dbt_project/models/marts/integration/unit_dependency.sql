-- Which units' work serves goals of which other units in a month (reading E14): direct units,
-- neither above the other. A pair of too few people has no numbers; the share inside is of the unit
-- and so the same in all of its rows, and is left out where it would give away what the hidden
-- pairs hold.
{%- set minimum = var('minimum_group_effort') %}
with pair as (
    select
        effort.from_org_unit_id,
        effort.to_org_unit_id,
        effort.month_start,
        count(distinct effort.worker_id) < {{ minimum }} as suppressed,
        count(distinct initiative.work_item_id) as n_initiatives,
        count(distinct case
            when
                initiative.due_on <= effort.judged_on
                and initiative.due_on < {{ as_of_date() }}
                and (
                    initiative.closed_at is null
                    or {{ utc_date('initiative.closed_at') }} > effort.judged_on
                )
                and (
                    initiative.deleted_at is null
                    or {{ utc_date('initiative.deleted_at') }} > effort.judged_on
                )
                then initiative.work_item_id
        end) as n_overdue,
        {{ exact_sum('effort.person_days') }} as person_days
    from {{ ref('effort_between_units') }} as effort
    left join {{ ref('dim_work_item') }} as initiative
        on effort.initiative_id = initiative.work_item_id
    where effort.is_in_tree and not effort.is_related
    group by effort.from_org_unit_id, effort.to_org_unit_id, effort.month_start
),

unit_share as (
    select
        effort.from_org_unit_id,
        effort.month_start,
        {{ exact_sum('case when effort.is_related then effort.person_days else 0 end') }}
        / {{ exact_sum('effort.person_days') }} as effort_inside_share,
        count(distinct effort.worker_id) as n_workers,
        count(distinct case when pair.suppressed then effort.worker_id end) as n_hidden_workers
    from {{ ref('effort_between_units') }} as effort
    left join pair
        on
            effort.from_org_unit_id = pair.from_org_unit_id
            and effort.to_org_unit_id = pair.to_org_unit_id
            and effort.month_start = pair.month_start
    group by effort.from_org_unit_id, effort.month_start
)

select
    pair.from_org_unit_id,
    pair.to_org_unit_id,
    pair.month_start,
    case when not pair.suppressed then pair.n_initiatives end as n_initiatives,
    case when not pair.suppressed then pair.n_overdue end as n_overdue,
    case when not pair.suppressed then pair.person_days end as person_days,
    case
        when
            unit_share.n_workers >= {{ minimum }}
            and not unit_share.n_hidden_workers between 1 and {{ minimum }} - 1
            then unit_share.effort_inside_share
    end as effort_inside_share,
    pair.suppressed
from pair
inner join unit_share
    on
        pair.from_org_unit_id = unit_share.from_org_unit_id
        and pair.month_start = unit_share.month_start
