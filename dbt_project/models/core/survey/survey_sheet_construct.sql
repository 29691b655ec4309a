-- What a sheet says of a construct (readings V2, V3): it counts where at least half of the items
-- are answered. Reversed values are turned round first.
with answered as (
    select
        sheet.survey_id,
        sheet.response_id,
        sheet.org_unit_id,
        item.construct,
        answer.state,
        item.scale_min,
        item.scale_max,
        item.favourable_from,
        case
            when answer.state = 'answered' and item.is_reversed
                then item.scale_min + item.scale_max - answer.value
            when answer.state = 'answered' then answer.value
        end as turned_value
    from {{ ref('fct_answer') }} as answer
    inner join {{ ref('survey_item') }} as item on answer.question_id = item.question_id
    inner join {{ ref('survey_sheet') }} as sheet on answer.response_id = sheet.response_id
),

said as (
    select
        answered.survey_id,
        answered.response_id,
        answered.org_unit_id,
        answered.construct,
        count(case when answered.state = 'answered' then 1 end) as n_answered_items,
        count(case when answered.state = 'dont_know' then 1 end) as n_dont_know_items,
        cast(
            count(case when answered.turned_value >= answered.favourable_from then 1 end)
            as {{ type_double() }}
        ) as n_favourable_items,
        avg(
            100 * (answered.turned_value - answered.scale_min)
            / nullif(answered.scale_max - answered.scale_min, 0)
        ) as mean_100,
        avg(answered.turned_value) as mean_value
    from answered
    group by
        answered.survey_id, answered.response_id, answered.org_unit_id, answered.construct
),

counted as (
    select
        said.*,
        asked.is_scored,
        asked.is_enps,
        said.n_answered_items > 0 and 2 * said.n_answered_items >= asked.n_items as is_counted
    from said
    inner join {{ ref('survey_construct') }} as asked
        on said.survey_id = asked.survey_id and said.construct = asked.construct
)

select
    survey_id,
    response_id,
    construct,
    org_unit_id,
    n_answered_items,
    n_dont_know_items,
    is_counted,
    case when is_counted and is_scored then n_favourable_items / n_answered_items end
        as favourable,
    case when is_counted then mean_100 end as mean_100,
    cast(
        case
            when not is_counted or not is_enps then null
            when cast(mean_value as decimal(38, 9)) >= 9 then 1
            when cast(mean_value as decimal(38, 9)) <= 6 then -1
            else 0
        end as bigint
    ) as promotion
from counted
