-- How the effort of a unit and all below it spreads over goals in a week, and how much of it goes
-- to goals of others (reading E11).
with judged as (
    select
        effort.org_unit_id,
        effort.week_start,
        effort.org_basis,
        effort.person_days,
        case when goal.org_unit_id is not null then effort.person_days else 0 end
            as person_days_known,
        case
            when goal.org_unit_id is not null and inside.descendant_id is null
                then effort.person_days
            else 0
        end as person_days_off
    from {{ ref('effort_goal_unit_week') }} as effort
    inner join {{ ref('effort_week') }} as week on effort.week_start = week.week_start
    inner join {{ ref('goal_unit_week') }} as goal
        on
            effort.goal_id = goal.goal_id
            and effort.week_start = goal.week_start
            and effort.org_basis = goal.org_basis
    left join {{ ref('bridge_org_unit_basis') }} as inside
        on
            effort.org_unit_id = inside.ancestor_id
            and goal.org_unit_id = inside.descendant_id
            and effort.org_basis = inside.org_basis
            and week.sunday >= inside.valid_from
            and week.sunday < inside.valid_to
)

select
    judged.org_unit_id,
    judged.week_start,
    judged.org_basis,
    {{ exact_sum('judged.person_days') }} as person_days,
    {{ exact_sum('judged.person_days') }} * {{ exact_sum('judged.person_days') }}
    / nullif({{ exact_sum('judged.person_days * judged.person_days') }}, 0) as effective_goals,
    {{ exact_sum('judged.person_days_off') }}
    / nullif({{ exact_sum('judged.person_days_known') }}, 0) as off_goal_share
from judged
group by judged.org_unit_id, judged.week_start, judged.org_basis
