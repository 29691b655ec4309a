-- The words of an open initiative's title and of an active goal's title that may be shown, but for
-- those of units' names, which the nearness of units tells better; each with its part of the
-- title's direction: rare words weigh more, and the squares of a title's sum to 1.
with said as (
    select state.initiative_id as subject_id, 'initiative' as kind, items.title as content
    from {{ ref('initiative_state') }} as state
    inner join {{ ref('dim_work_item') }} as items on state.initiative_id = items.work_item_id
    where items.closed_at is null
    union all
    select now.goal_id, 'goal', goals.title
    from {{ ref('goal_now') }} as now
    inner join {{ ref('dim_goal') }} as goals on now.goal_id = goals.goal_id
    where now.is_active and goals.is_published
),

unit_name as (
    select units.org_unit_id, units.name
    from {{ ref('dim_org_unit_history') }} as units
),

unit_word as (
    select distinct words.part as word
    from ({{ words_to_rows('unit_name', ['org_unit_id'], 'name') }}) as words
),

spoken as (
    select words.subject_id, words.kind, words.part as word
    from ({{ words_to_rows('said', ['subject_id', 'kind'], 'content') }}) as words
    left join unit_word on words.part = unit_word.word
    where unit_word.word is null
),

rarity as (
    select
        counted.word,
        ln(cast(1 + everything.n_subjects as {{ type_double() }}) / counted.n_subjects) as weight
    from (
        select word, count(*) as n_subjects
        from spoken
        group by word
    ) as counted
    cross join (select count(*) as n_subjects from said) as everything
)

select
    spoken.subject_id,
    spoken.kind,
    spoken.word,
    rarity.weight
    / sqrt(
        {{ exact_sum_over('rarity.weight * rarity.weight', 'spoken.subject_id, spoken.kind') }}
    ) as weight
from spoken
inner join rarity on spoken.word = rarity.word
