-- What closed waves ask of each construct: with how many items, whether their answers have a
-- favourable side, and whether the wave before asked exactly the same (reading V5).
with asked as (
    select
        survey_id,
        construct,
        count(*) as n_items,
        count(favourable_from) as n_cut_items,
        count(case when scale_min = 0 and scale_max = 10 then 1 end) as n_eleven_point_items,
        count(case when is_as_before then 1 end) as n_items_as_before
    from {{ ref('survey_item') }}
    group by survey_id, construct
),

asked_before as (
    select
        item.survey_id,
        item.construct,
        count(earlier.question_id) as n_items
    from {{ ref('survey_item') }} as item
    inner join {{ ref('survey_wave') }} as wave on item.survey_id = wave.survey_id
    inner join {{ ref('dim_survey_question') }} as earlier
        on
            wave.previous_survey_id = earlier.survey_id
            and item.construct = earlier.construct
            and item.question_key = earlier.question_key
    group by item.survey_id, item.construct
),

before as (
    select survey_id, construct, count(*) as n_items
    from {{ ref('dim_survey_question') }}
    where construct is not null
    group by survey_id, construct
)

select
    asked.survey_id,
    asked.construct,
    asked.n_items,
    asked.n_cut_items = asked.n_items as is_scored,
    asked.construct = 'enps' and asked.n_eleven_point_items = asked.n_items as is_enps,
    case
        when wave.previous_survey_id is not null
            then
                wave.is_previous_closed
                and asked.n_items_as_before = asked.n_items
                and coalesce(asked_before.n_items, 0) = asked.n_items
                and coalesce(before.n_items, 0) = asked.n_items
    end as is_comparable
from asked
inner join {{ ref('survey_wave') }} as wave on asked.survey_id = wave.survey_id
left join asked_before
    on asked.survey_id = asked_before.survey_id and asked.construct = asked_before.construct
left join before
    on wave.previous_survey_id = before.survey_id and asked.construct = before.construct
