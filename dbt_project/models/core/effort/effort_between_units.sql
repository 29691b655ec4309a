-- Effort of a unit's own people in a month on goals of a unit, by worker and initiative, and
-- whether the two units are one, or one above the other, in the tree of the month's last day
-- (reading E14).
with piece as (
    select
        effort.org_unit_id as from_org_unit_id,
        goal.org_unit_id as to_org_unit_id,
        cast(date_trunc('month', effort.day) as date) as month_start,
        effort.worker_id,
        coalesce(effort.initiative_id, '') as initiative_id,
        {{ exact_sum('effort.person_days * split.share') }} as person_days
    from {{ ref('fct_effort_seat') }} as effort
    inner join {{ ref('bridge_effort_goal') }} as split
        on effort.work_item_id = split.work_item_id and effort.week_start = split.week_start
    inner join {{ ref('goal_week') }} as goal
        on split.goal_id = goal.goal_id and split.week_start = goal.week_start
    where
        effort.org_basis = 'as_was'
        and effort.org_unit_id is not null
        and goal.org_unit_id is not null
    group by
        effort.org_unit_id,
        goal.org_unit_id,
        cast(date_trunc('month', effort.day) as date),
        effort.worker_id,
        coalesce(effort.initiative_id, '')
),

judged as (
    select
        piece.*,
        least(
            {{ date_add_days(
                "cast(date_trunc('month', " ~ date_add_days('piece.month_start', 31) ~ ') as date)',
                -1
            ) }},
            {{ as_of_date() }}
        ) as judged_on
    from piece
)

select
    judged.from_org_unit_id,
    judged.to_org_unit_id,
    judged.month_start,
    judged.judged_on,
    judged.worker_id,
    judged.initiative_id,
    judged.person_days,
    below.descendant_id is not null or above.descendant_id is not null as is_related,
    standing.descendant_id is not null as is_in_tree
from judged
left join {{ ref('bridge_org_unit_history') }} as standing
    on
        judged.to_org_unit_id = standing.descendant_id
        and standing.depth = 0
        and judged.judged_on >= standing.valid_from
        and judged.judged_on < standing.valid_to
left join {{ ref('bridge_org_unit_history') }} as below
    on
        judged.from_org_unit_id = below.ancestor_id
        and judged.to_org_unit_id = below.descendant_id
        and judged.judged_on >= below.valid_from
        and judged.judged_on < below.valid_to
left join {{ ref('bridge_org_unit_history') }} as above
    on
        judged.to_org_unit_id = above.ancestor_id
        and judged.from_org_unit_id = above.descendant_id
        and judged.judged_on >= above.valid_from
        and judged.judged_on < above.valid_to
