-- Effort of a unit and all below it in a week, by class and basis, and its distinct workers. Each
-- day counts by that day's tree, or restated; `aligned` holds top and aligned (readings E8, E13).
with classed as (
    select
        effort.org_basis,
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
        classed.org_basis,
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
            "case when classed.node_class = 'top' then classed.person_days else 0 end"
        ) }} as person_days_top,
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
    group by classed.org_basis, classed.org_unit_id, classed.week_start, classed.tree_from
),

subtree as (
    select
        tree.ancestor_id as org_unit_id,
        direct.week_start,
        direct.org_basis,
        {{ exact_sum('direct.person_days') }} as person_days,
        {{ exact_sum('direct.person_days_matched') }} as person_days_matched,
        {{ exact_sum('direct.person_days_worklog') }} as person_days_worklog,
        {{ exact_sum('direct.person_days_top') }} as person_days_top,
        {{ exact_sum('direct.person_days_aligned') }} as person_days_aligned,
        {{ exact_sum('direct.person_days_lapsed') }} as person_days_lapsed,
        {{ exact_sum('direct.person_days_island') }} as person_days_island,
        {{ exact_sum('direct.person_days_expired') }} as person_days_expired,
        {{ exact_sum('direct.person_days_unaligned') }} as person_days_unaligned,
        {{ exact_sum('direct.person_days_unknown') }} as person_days_unknown
    from direct
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on
            direct.org_unit_id = tree.descendant_id
            and direct.org_basis = tree.org_basis
            and direct.tree_from >= tree.valid_from
            and direct.tree_from < tree.valid_to
    group by tree.ancestor_id, direct.week_start, direct.org_basis
),

worker_count as (
    select
        tree.ancestor_id as org_unit_id,
        worker.week_start,
        worker.org_basis,
        count(distinct worker.worker_id) as n_people
    from {{ ref('worker_unit_week') }} as worker
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on
            worker.org_unit_id = tree.descendant_id
            and worker.org_basis = tree.org_basis
            and worker.tree_from >= tree.valid_from
            and worker.tree_from < tree.valid_to
    group by tree.ancestor_id, worker.week_start, worker.org_basis
)

select
    subtree.org_unit_id,
    subtree.week_start,
    subtree.org_basis,
    worker_count.n_people,
    subtree.person_days,
    subtree.person_days_matched,
    subtree.person_days_worklog,
    subtree.person_days_top,
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
        and subtree.org_basis = worker_count.org_basis
