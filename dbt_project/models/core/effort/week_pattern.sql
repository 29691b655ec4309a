-- Which units' numbers of a week are hidden, by basis (readings F2, F4): first those of too few
-- heads, workers or observable people, and restated ones that differ by too few people from what
-- was; the post-hook hides what these could be worked out from.
-- depends_on: {{ ref('week_pattern_piece') }}
{{ config(
    post_hook="{{ settle_pattern(this, ref('week_pattern_piece'), var('minimum_group_effort')) }}"
) }}
{%- set minimum = var('minimum_group_effort') %}
with worker_of_sunday as (
    select
        tree.ancestor_id as org_unit_id,
        worker.week_start,
        worker.org_basis,
        count(distinct worker.worker_id) as n_workers
    from {{ ref('worker_unit_week') }} as worker
    inner join {{ ref('effort_week') }} as week on worker.week_start = week.week_start
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on
            worker.org_unit_id = tree.descendant_id
            and worker.org_basis = tree.org_basis
            and week.sunday >= tree.valid_from
            and week.sunday < tree.valid_to
    group by tree.ancestor_id, worker.week_start, worker.org_basis
),

above as (
    select
        week.week_start,
        tree.org_basis,
        tree.descendant_id as org_unit_id,
        max(tree.depth) as depth,
        max(case when tree.depth = 1 then tree.ancestor_id end) as parent_id
    from {{ ref('effort_week') }} as week
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on week.sunday >= tree.valid_from and week.sunday < tree.valid_to
    group by week.week_start, tree.org_basis, tree.descendant_id
),

counted as (
    select
        unit.org_unit_id,
        unit.week_start,
        unit.org_basis,
        above.depth,
        above.parent_id,
        unit.headcount,
        unit.n_observable,
        coalesce(effort.n_people, 0) as n_people,
        coalesce(worker.n_workers, 0) as n_workers,
        case when unit.org_basis = 'restated' then difference.n_present end as n_present_apart,
        case when unit.org_basis = 'restated' then difference.n_observable end
            as n_observable_apart,
        case when unit.org_basis = 'restated' then difference.n_workers end as n_workers_apart
    from {{ ref('reach_unit_week') }} as unit
    inner join above
        on
            unit.org_unit_id = above.org_unit_id
            and unit.week_start = above.week_start
            and unit.org_basis = above.org_basis
    left join {{ ref('effort_unit_week') }} as effort
        on
            unit.org_unit_id = effort.org_unit_id
            and unit.week_start = effort.week_start
            and unit.org_basis = effort.org_basis
    left join worker_of_sunday as worker
        on
            unit.org_unit_id = worker.org_unit_id
            and unit.week_start = worker.week_start
            and unit.org_basis = worker.org_basis
    left join {{ ref('unit_week_difference') }} as difference
        on
            unit.org_unit_id = difference.org_unit_id
            and unit.week_start = difference.week_start
),

judged as (
    select
        counted.*,
        counted.headcount < {{ minimum }}
        or counted.n_people between 1 and {{ minimum }} - 1
        or counted.n_observable between 1 and {{ minimum }} - 1
        or coalesce(counted.n_present_apart between 1 and {{ minimum }} - 1, false)
        or coalesce(counted.n_observable_apart between 1 and {{ minimum }} - 1, false)
        or coalesce(counted.n_workers_apart between 1 and {{ minimum }} - 1, false) as is_hidden
    from counted
)

select
    judged.org_basis || ' ' || cast(judged.week_start as text) as pattern_id,
    judged.org_unit_id as unit_id,
    judged.parent_id,
    judged.depth,
    least(judged.headcount, judged.n_workers, judged.n_observable) as size,
    judged.is_hidden,
    cast(case when judged.is_hidden then 0 end as bigint) as hidden_in_round,
    cast(null as text) as shown_unit_id,
    cast(null as boolean) as is_thin,
    judged.week_start,
    judged.org_basis,
    judged.headcount,
    judged.n_people,
    judged.n_observable
from judged
