-- Shown goals and the days on which they are judged (reading A2): every Sunday on which a goal is
-- active, and of a goal below that is over by then its last day, with what is below it on that day.
with recursive pair as (
    select week.goal_id, week.judged_on as day
    from {{ ref('goal_week') }} as week
    inner join {{ ref('dim_goal') }} as goal on week.goal_id = goal.goal_id
    where week.is_active and not week.is_partial and goal.is_published
    {{ recursive_union() }}
    select
        edges.child_id as goal_id,
        least(pair.day, edges.active_to) as day
    from pair
    inner join {{ ref('progress_edge') }} as edges
        on
            pair.goal_id = edges.parent_id
            and edges.valid_from <= pair.day
            and pair.day < edges.valid_to
            and (edges.active_from <= pair.day or edges.active_to < pair.day)
)

select distinct
    pair.goal_id,
    pair.day,
    history.active_from,
    case
        when history.active_to = {{ open_end() }} then null
        when history.active_to <= pair.day or history.active_to < history.active_from then 1.0
        when pair.day < history.active_from then 0.0
        else
            cast({{ days_between('history.active_from', 'pair.day') }} + 1 as {{ type_double() }})
            / ({{ days_between('history.active_from', 'history.active_to') }} + 1)
    end as elapsed_share
from pair
inner join {{ ref('dim_goal_history') }} as history
    on
        pair.goal_id = history.goal_id
        and history.valid_from <= pair.day
        and pair.day < history.valid_to
