-- Effort of a unit and all below it in a week, by class and basis, and its distinct workers. Each
-- day counts by that day's tree; `aligned` holds top and aligned (reading E8).
{%- set amounts = {
    'person_days': 'true',
    'person_days_matched': 'effort.person_id is not null',
    'person_days_worklog': "effort.basis = 'worklog'",
    'person_days_aligned': "class.node_class in ('top', 'aligned')",
    'person_days_lapsed': "class.node_class = 'lapsed'",
    'person_days_island': "class.node_class = 'island'",
    'person_days_expired': "class.node_class = 'expired'",
    'person_days_unaligned': "class.node_class = 'unaligned'",
    'person_days_unknown': 'class.is_unknown',
} %}

with direct as (
    select
        effort.org_unit_id,
        effort.week_start,
        effort.tree_from
        {%- for name, condition in amounts.items() %},
        {{ exact_sum('case when ' ~ condition ~ ' then effort.person_days else 0 end') }}
            as {{ name }}
        {%- endfor %}
    from {{ ref('fct_effort_seat') }} as effort
    inner join {{ ref('item_week_class') }} as class
        on effort.work_item_id = class.work_item_id and effort.week_start = class.week_start
    group by effort.org_unit_id, effort.week_start, effort.tree_from
),

subtree as (
    select
        tree.ancestor_id as org_unit_id,
        direct.week_start
        {%- for name in amounts %},
        {{ exact_sum('direct.' ~ name) }} as {{ name }}
        {%- endfor %}
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
    worker_count.n_people
    {%- for name in amounts %},
    subtree.{{ name }}
    {%- endfor %}
from subtree
inner join worker_count
    on
        subtree.org_unit_id = worker_count.org_unit_id
        and subtree.week_start = worker_count.week_start
