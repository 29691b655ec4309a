-- The questions of closed waves that a construct has, each with the value from which it is
-- favourable. Without a cut for its scale there is none. A question of which the source tells no
-- construct has that of the default instrument's item in the same words (reading V1).
with instrument as (
    select lower(trim(item.item)) as words, min(item.construct) as construct
    from {{ ref('instrument') }} as item
    group by lower(trim(item.item))
)

select
    wave.survey_id,
    coalesce(question.construct, instrument.construct) as construct,
    question.question_id,
    question.question_key,
    cast(question.scale_min as {{ type_double() }}) as scale_min,
    cast(question.scale_max as {{ type_double() }}) as scale_max,
    question.is_reversed,
    cast(scale.favourable_from as {{ type_double() }}) as favourable_from,
    question.is_as_before
from {{ ref('survey_wave') }} as wave
inner join {{ ref('dim_survey_question') }} as question on wave.survey_id = question.survey_id
left join {{ ref('favourable_scale') }} as scale
    on question.scale_min = scale.scale_min and question.scale_max = scale.scale_max
left join instrument on lower(trim(question.text)) = instrument.words
where coalesce(question.construct, instrument.construct) is not null
