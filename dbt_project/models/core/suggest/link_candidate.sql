-- What speaks for an open initiative's belonging to an active goal: words in common (the cosine of
-- their titles), how near their units are, where its people's other effort goes. Pairs of which
-- nothing speaks are left out.
with initiative as (
    select distinct word.subject_id as initiative_id, unit.org_unit_id
    from {{ ref('suggestion_word') }} as word
    inner join {{ ref('initiative_unit') }} as unit on word.subject_id = unit.initiative_id
    where word.kind = 'initiative'
),

goal as (
    select now.goal_id, now.org_unit_id
    from {{ ref('goal_now') }} as now
    inner join {{ ref('dim_goal') }} as goals on now.goal_id = goals.goal_id
    where now.is_active and goals.is_published
),

evidence as (
    select
        own.subject_id as initiative_id,
        other.subject_id as goal_id,
        {{ exact_sum('own.weight * other.weight') }} as words,
        0.0 as nearness,
        0.0 as people
    from {{ ref('suggestion_word') }} as own
    inner join {{ ref('suggestion_word') }} as other
        on own.word = other.word and other.kind = 'goal'
    where own.kind = 'initiative'
    group by own.subject_id, other.subject_id
    union all
    select
        initiative.initiative_id,
        goal.goal_id,
        0.0,
        cast(1 as {{ type_double() }}) / (1 + tree.depth),
        0.0
    from initiative
    inner join {{ ref('bridge_org_unit_history') }} as tree
        on
            initiative.org_unit_id = tree.descendant_id
            and tree.valid_from <= {{ as_of_date() }}
            and tree.valid_to > {{ as_of_date() }}
    inner join goal on tree.ancestor_id = goal.org_unit_id
    union all
    select crew.initiative_id, crew.goal_id, 0.0, 0.0, crew.share
    from {{ ref('suggestion_people') }} as crew
    inner join goal on crew.goal_id = goal.goal_id
),

gathered as (
    select
        evidence.initiative_id,
        evidence.goal_id,
        max(evidence.words) as words,
        max(evidence.nearness) as nearness,
        max(evidence.people) as people
    from evidence
    group by evidence.initiative_id, evidence.goal_id
)

select
    gathered.initiative_id,
    gathered.goal_id,
    gathered.words,
    gathered.nearness,
    gathered.people,
    0.4 * gathered.words + 0.35 * gathered.nearness + 0.25 * gathered.people as score
from gathered
