-- What a published goal lacks in a week in which it is active on the Sunday: a row a kind of gap.
-- Of what its source never told nothing is called missing (reading C8). Something is done for a
-- goal that has an open initiative, effort within 13 weeks, or an active goal below it (reading
-- N1).
with goal as (
    select week.goal_id, week.week_start, week.judged_on, told.has_metrics, told.has_owners
    from {{ ref('goal_week') }} as week
    inner join {{ ref('dim_goal') }} as goals on week.goal_id = goals.goal_id
    inner join {{ ref('goal_source') }} as told on goals.source = told.source
    where week.is_active and not week.is_partial and goals.is_published
),

measured as (
    select distinct goal.goal_id, goal.week_start
    from goal
    inner join {{ ref('goal_metric') }} as target
        on
            goal.goal_id = target.goal_id
            and target.valid_from <= goal.judged_on
            and goal.judged_on < target.valid_to
),

owned as (
    select distinct goal.goal_id, goal.week_start
    from goal
    inner join {{ ref('goal_owner') }} as owner
        on
            goal.goal_id = owner.goal_id
            and owner.valid_from <= goal.judged_on
            and goal.judged_on < owner.valid_to
    left join {{ ref('dim_person') }} as person
        on
            owner.owner_person_id = person.person_id
            and coalesce(person.hired_on, {{ beginning() }}) <= goal.judged_on
            and coalesce(person.left_on, {{ open_end() }}) >= goal.judged_on
    left join {{ ref('bridge_org_unit_history') }} as unit
        on
            owner.owner_org_unit_id = unit.descendant_id
            and unit.depth = 0
            and unit.valid_from <= goal.judged_on
            and goal.judged_on < unit.valid_to
    where person.person_id is not null or unit.descendant_id is not null
),

worked as (
    select distinct split.goal_id, split.week_start
    from {{ ref('bridge_effort_goal') }} as split
),

served as (
    select linked.goal_id, linked.week_start
    from {{ ref('initiative_goal_week') }} as linked
    union
    select goal.goal_id, goal.week_start
    from goal
    inner join worked
        on
            goal.goal_id = worked.goal_id
            and worked.week_start <= goal.week_start
            and worked.week_start > {{ date_add_days('goal.week_start', -91) }}
    union
    select edges.parent_id, edges.week_start
    from {{ ref('goal_week_edge') }} as edges
    where edges.child_is_active and edges.parent_is_active
)

select goal.goal_id, goal.week_start, 'goal_without_metric' as kind
from goal
left join measured on goal.goal_id = measured.goal_id and goal.week_start = measured.week_start
where goal.has_metrics and measured.goal_id is null
union all
select goal.goal_id, goal.week_start, 'goal_without_initiative'
from goal
inner join {{ ref('effort_week') }} as week on goal.week_start = week.week_start
left join served on goal.goal_id = served.goal_id and goal.week_start = served.week_start
where served.goal_id is null
union all
select goal.goal_id, goal.week_start, 'goal_without_owner'
from goal
left join owned on goal.goal_id = owned.goal_id and goal.week_start = owned.week_start
where goal.has_owners and owned.goal_id is null
union all
select alignment.goal_id, alignment.week_start, 'goal_' || alignment.node_class
from {{ ref('goal_alignment') }} as alignment
where alignment.node_class in ('lapsed', 'island', 'unaligned')
union all
select alignment.goal_id, alignment.week_start, 'goal_phantom_owned'
from {{ ref('goal_alignment') }} as alignment
where alignment.is_phantom_owned
union all
select progress.goal_id, progress.week_start, 'goal_hidden_risk'
from {{ ref('goal_progress') }} as progress
where progress.hidden_risk
