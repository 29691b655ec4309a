-- The distinct words of a goal's why and title: lower-case runs of letters and digits.
with said as (
    select goal.goal_id, 'why' as kind, goal.why as content from {{ ref('dim_goal') }} as goal
    union all
    select goal.goal_id, 'title', goal.title from {{ ref('dim_goal') }} as goal
)

select words.goal_id, words.kind, words.part as word
from ({{ words_to_rows('said', ['goal_id', 'kind'], 'content') }}) as words
