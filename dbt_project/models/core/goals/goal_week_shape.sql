-- How an active goal of a judged week sits in the tree and the organisation (reading G7). Children
-- that are not shown are not counted: their number would be this one less those of the goal tree.
with active as (
    select goal_id, week_start, judged_on, org_unit_id
    from {{ ref('goal_week') }}
    where is_active
),

child as (
    select
        active.goal_id,
        active.week_start,
        count(distinct edges.child_id) as n_children,
        max(case when below.org_unit_id <> active.org_unit_id then 1 else 0 end) as n_elsewhere
    from active
    inner join {{ ref('goal_week_edge') }} as edges
        on active.week_start = edges.week_start and active.goal_id = edges.parent_id
    inner join active as below
        on edges.week_start = below.week_start and edges.child_id = below.goal_id
    inner join {{ ref('stg_goals') }} as shown
        on edges.child_id = shown.goal_id and shown.is_published
    group by active.goal_id, active.week_start
),

parent as (
    select distinct week_start, child_id as goal_id
    from {{ ref('goal_week_edge') }}
    where child_is_active and parent_is_active
),

unit_day as (
    select distinct org_unit_id, week_start, judged_on
    from active
    where org_unit_id is not null
),

unit_with_units as (
    select distinct unit_day.org_unit_id, unit_day.week_start
    from unit_day
    inner join {{ ref('bridge_org_unit_history') }} as tree
        on
            unit_day.org_unit_id = tree.ancestor_id
            and tree.depth = 1
            and tree.valid_from <= unit_day.judged_on
            and unit_day.judged_on < tree.valid_to
),

unit_load as (
    select org_unit_id, week_start, count(*) as n_goals
    from {{ ref('goal_week') }}
    where is_active and coalesce(level <> 'individual', true) and org_unit_id is not null
    group by org_unit_id, week_start
),

owner as (
    select
        active.goal_id,
        active.week_start,
        count(*) as n_owners,
        count(distinct coalesce(seat.org_unit_id, owners.owner_org_unit_id)) as n_owner_units
    from active
    inner join {{ ref('goal_owner') }} as owners
        on
            active.goal_id = owners.goal_id
            and owners.valid_from <= active.judged_on
            and active.judged_on < owners.valid_to
    left join {{ ref('fct_seat') }} as seat
        on
            owners.owner_person_id = seat.person_id
            and seat.is_primary_seat
            and seat.valid_from <= active.judged_on
            and active.judged_on < seat.valid_to
    group by active.goal_id, active.week_start
),

metric as (
    select active.goal_id, active.week_start, count(distinct targets.metric_id) as n_metrics
    from active
    inner join {{ ref('goal_metric') }} as targets
        on
            active.goal_id = targets.goal_id
            and targets.valid_from <= active.judged_on
            and active.judged_on < targets.valid_to
    group by active.goal_id, active.week_start
)

select
    active.goal_id,
    active.week_start,
    coalesce(child.n_children, 0) as n_children,
    parent.goal_id is not null as is_aligned_up,
    case
        when unit_with_units.org_unit_id is not null then coalesce(child.n_elsewhere, 0) = 1
    end as is_cascaded_down,
    coalesce(owner.n_owner_units, 0) > 1 as is_shared,
    coalesce(metric.n_metrics, 0) > 5 or coalesce(unit_load.n_goals, 0) > 5 as is_overloaded,
    coalesce(owner.n_owners, 0) > 0 as is_owned
from active
left join child on active.goal_id = child.goal_id and active.week_start = child.week_start
left join parent on active.goal_id = parent.goal_id and active.week_start = parent.week_start
left join unit_with_units
    on
        active.org_unit_id = unit_with_units.org_unit_id
        and active.week_start = unit_with_units.week_start
left join unit_load
    on active.org_unit_id = unit_load.org_unit_id and active.week_start = unit_load.week_start
left join owner on active.goal_id = owner.goal_id and active.week_start = owner.week_start
left join metric on active.goal_id = metric.goal_id and active.week_start = metric.week_start
