-- Effort of a unit and all below it in a week, by class and basis, and its distinct workers. Each
-- day counts by that day's tree; `aligned` holds top and aligned (reading E8).
with classed as (
    select
        effort.org_unit_id,
        effort.week_start,
        effort.tree_from,
        effort.person_days,
        class.node_class,
        class.is_unknown,
        effort.person_id is not null as is_matched,
        effort.basis = 'worklog' as is_worklog
    from {{ ref('fct_effort_seat') }} as effort
    inner join {{ ref('item_week_class') }} as class
        on effort.work_item_id = class.work_item_id and effort.week_start = class.week_start
),

direct as (
    select
        classed.org_unit_id,
        classed.week_start,
        classed.tree_from,
        {{ exact_sum('classed.person_days') }} as person_days,
        {{ exact_sum(
            'case when classed.is_matched then classed.person_days else 0 end'
        ) }} as person_days_matched,
        {{ exact_sum(
            'case when classed.is_worklog then classed.person_days else 0 end'
        ) }} as person_days_worklog,
        {{ exact_sum(
            "case when classed.node_class in ('top', 'aligned') then classed.person_days else 0 end"
        ) }} as person_days_aligned,
        {{ exact_sum(
            "case when classed.node_class = 'lapsed' then classed.person_days else 0 end"
        ) }} as person_days_lapsed,
        {{ exact_sum(
            "case when classed.node_class = 'island' then classed.person_days else 0 end"
        ) }} as person_days_island,
        {{ exact_sum(
            "case when classed.node_class = 'expired' then classed.person_days else 0 end"
        ) }} as person_days_expired,
        {{ exact_sum(
            "case when classed.node_class = 'unaligned' then classed.person_days else 0 end"
        ) }} as person_days_unaligned,
        {{ exact_sum(
            'case when classed.is_unknown then classed.person_days else 0 end'
        ) }} as person_days_unknown
    from classed
    group by classed.org_unit_id, classed.week_start, classed.tree_from
),

subtree as (
    select
        tree.ancestor_id as org_unit_id,
        direct.week_start,
        {{ exact_sum('direct.person_days') }} as person_days,
        {{ exact_sum('direct.person_days_matched') }} as person_days_matched,
        {{ exact_sum('direct.person_days_worklog') }} as person_days_worklog,
        {{ exact_sum('direct.person_days_aligned') }} as person_days_aligned,
        {{ exact_sum('direct.person_days_lapsed') }} as person_days_lapsed,
        {{ exact_sum('direct.person_days_island') }} as person_days_island,
        {{ exact_sum('direct.person_days_expired') }} as person_days_expired,
        {{ exact_sum('direct.person_days_unaligned') }} as person_days_unaligned,
        {{ exact_sum('direct.person_days_unknown') }} as person_days_unknown
    from direct
    inner join {{ ref('bridge_org_unit_history') }} as tree
        on
            direct.org_unit_id = tree.descendant_id
            and direct.tree_from >= tree.valid_from
            and direct.tree_from < tree.valid_to
    group by tree.ancestor_id, direct.week_start
),

direct_worker as (
    select distinct effort.org_unit_id, effort.week_start, effort.tree_from, effort.worker_id
    from {{ ref('fct_effort_seat') }} as effort
),

worker_count as (
    select
        tree.ancestor_id as org_unit_id,
        direct_worker.week_start,
        count(distinct direct_worker.worker_id) as n_people
    from direct_worker
    inner join {{ ref('bridge_org_unit_history') }} as tree
        on
            direct_worker.org_unit_id = tree.descendant_id
            and direct_worker.tree_from >= tree.valid_from
            and direct_worker.tree_from < tree.valid_to
    group by tree.ancestor_id, direct_worker.week_start
)

select
    subtree.org_unit_id,
    subtree.week_start,
    worker_count.n_people,
    subtree.person_days,
    subtree.person_days_matched,
    subtree.person_days_worklog,
    subtree.person_days_aligned,
    subtree.person_days_lapsed,
    subtree.person_days_island,
    subtree.person_days_expired,
    subtree.person_days_unaligned,
    subtree.person_days_unknown
from subtree
inner join worker_count
    on
        subtree.org_unit_id = worker_count.org_unit_id
        and subtree.week_start = worker_count.week_start
