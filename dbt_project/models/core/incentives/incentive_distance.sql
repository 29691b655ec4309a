-- How far a unit's incentives are from what it says to matter: half the sum over top goals of the
-- differences of its people's weights and its goals' weights (reading I2). A row a unit and period
-- in which it has goals with weights and people with incentives.
with paid as (
    select
        tree.ancestor_id as org_unit_id,
        person.period_id,
        person.top_id,
        {{ exact_sum('person.share') }} as weight
    from {{ ref('incentive_person_top') }} as person
    inner join {{ ref('incentive_period') }} as period on person.period_id = period.period_id
    inner join {{ ref('bridge_org_unit_history') }} as tree
        on
            person.org_unit_id = tree.descendant_id
            and tree.valid_from <= period.judged_on
            and period.judged_on < tree.valid_to
    group by tree.ancestor_id, person.period_id, person.top_id
),

weighed as (
    select
        period.period_id,
        period.judged_on,
        period.week_start,
        goal.goal_id,
        coalesce(unit.descendant_id, period.root_org_unit_id) as org_unit_id,
        history.weight
    from {{ ref('incentive_period') }} as period
    inner join {{ ref('goal_week') }} as goal
        on period.week_start = goal.week_start and goal.is_active
    inner join {{ ref('dim_goal') }} as goals on goal.goal_id = goals.goal_id
    inner join {{ ref('dim_goal_history') }} as history
        on
            goal.goal_id = history.goal_id
            and history.valid_from <= goal.judged_on
            and goal.judged_on < history.valid_to
    left join {{ ref('bridge_org_unit_history') }} as unit
        on
            goal.org_unit_id = unit.descendant_id
            and unit.depth = 0
            and unit.valid_from <= period.judged_on
            and period.judged_on < unit.valid_to
    where goals.is_published and history.weight > 0
),

said as (
    select
        tree.ancestor_id as org_unit_id,
        weighed.period_id,
        tops.top_id,
        {{ exact_sum('weighed.weight * tops.share') }} as weight
    from weighed
    inner join {{ ref('bridge_org_unit_history') }} as tree
        on
            weighed.org_unit_id = tree.descendant_id
            and tree.valid_from <= weighed.judged_on
            and weighed.judged_on < tree.valid_to
    inner join {{ ref('goal_top_share') }} as tops
        on weighed.goal_id = tops.goal_id and weighed.week_start = tops.week_start
    group by tree.ancestor_id, weighed.period_id, tops.top_id
),

normalised as (
    select
        paid.org_unit_id,
        paid.period_id,
        paid.top_id,
        paid.weight / {{ exact_sum_over('paid.weight', 'paid.org_unit_id, paid.period_id') }}
            as paid_share,
        cast(0 as {{ type_double() }}) as said_share
    from paid
    union all
    select
        said.org_unit_id,
        said.period_id,
        said.top_id,
        0,
        said.weight / {{ exact_sum_over('said.weight', 'said.org_unit_id, said.period_id') }}
    from said
),

together as (
    select
        normalised.org_unit_id,
        normalised.period_id,
        normalised.top_id,
        {{ exact_sum('normalised.paid_share') }} as paid_share,
        {{ exact_sum('normalised.said_share') }} as said_share
    from normalised
    group by normalised.org_unit_id, normalised.period_id, normalised.top_id
)

select
    together.org_unit_id,
    together.period_id,
    0.5 * {{ exact_sum('abs(together.paid_share - together.said_share)') }} as weight_distance
from together
group by together.org_unit_id, together.period_id
having sum(together.paid_share) > 0 and sum(together.said_share) > 0
