-- For every open initiative without an active goal its three likeliest goals (reading Q1). Never
-- applied by itself: whoever does the work decides.
with served as (
    select distinct linked.initiative_id
    from {{ ref('initiative_goal_now') }} as linked
    inner join {{ ref('goal_now') }} as goal on linked.goal_id = goal.goal_id and goal.is_active
),

orphan as (
    select state.initiative_id
    from {{ ref('initiative_state') }} as state
    inner join {{ ref('dim_work_item') }} as items on state.initiative_id = items.work_item_id
    left join served on state.initiative_id = served.initiative_id
    where items.closed_at is null and served.initiative_id is null
),

ranked as (
    select
        candidate.*,
        row_number() over (
            partition by candidate.initiative_id
            order by round(cast(candidate.score as decimal(38, 9)), 9) desc, candidate.goal_id
        ) as place
    from {{ ref('link_candidate') }} as candidate
    inner join orphan on candidate.initiative_id = orphan.initiative_id
)

select
    ranked.initiative_id,
    ranked.place as rank,
    ranked.goal_id,
    ranked.score,
    substr(
        case when ranked.words > 0 then ', words in common' else '' end
        || case
            when ranked.nearness = 1 then ', same unit'
            when ranked.nearness > 0 then ', a unit above'
            else ''
        end
        || case when ranked.people > 0 then ', the same people work for it' else '' end,
        3
    ) as reasons
from ranked
where ranked.place <= 3
