-- Whether a goal says why: at least 20 characters, and neither the title nor a parent's why again.
-- Two texts are the same again where the Jaccard similarity of their sets of words is 0.9 or more.
-- Null where the goal's source has no such field.
with word_count as (
    select words.goal_id, words.kind, count(*) as n_words
    from {{ ref('goal_word') }} as words
    group by words.goal_id, words.kind
),

pair as (
    select goal.goal_id, goal.goal_id as other_id, 'title' as other_kind
    from {{ ref('dim_goal') }} as goal
    union
    select edges.child_id, edges.parent_id, 'why'
    from {{ ref('goal_edge') }} as edges
    where
        edges.edge_type = 'contributes'
        and not edges.is_cut
        and edges.valid_from <= {{ as_of_date() }}
        and edges.valid_to > {{ as_of_date() }}
),

common as (
    select pair.goal_id, pair.other_id, pair.other_kind, count(*) as n_common
    from pair
    inner join {{ ref('goal_word') }} as own
        on pair.goal_id = own.goal_id and own.kind = 'why'
    inner join {{ ref('goal_word') }} as other
        on
            pair.other_id = other.goal_id
            and pair.other_kind = other.kind
            and own.word = other.word
    group by pair.goal_id, pair.other_id, pair.other_kind
),

repeated as (
    select distinct common.goal_id
    from common
    inner join word_count as own on common.goal_id = own.goal_id and own.kind = 'why'
    inner join word_count as other
        on common.other_id = other.goal_id and common.other_kind = other.kind
    where 10 * common.n_common >= 9 * (own.n_words + other.n_words - common.n_common)
)

select
    goal.goal_id,
    case
        when goal.has_why_field
            then coalesce(length(trim(goal.why)), 0) >= 20 and repeated.goal_id is null
    end as has_why
from {{ ref('dim_goal') }} as goal
left join repeated on goal.goal_id = repeated.goal_id
