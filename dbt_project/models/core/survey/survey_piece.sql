-- The sheets that count for a construct, by direct unit, from which the rests of a wave's pattern
-- are counted, and what of their answers must stay open (readings F4, F5): the favourable share;
-- where a construct has none, its mean; of eNPS promoters and detractors too, as kinds of their
-- own. Two more kinds hold nobody's answers, only people whom counts beside them would tell: all
-- who were asked, and sheets that answer an item of the construct or say "don't know" to it. Nobody
-- is of two units of a wave.
with own as (
    select cell.*, asked.is_scored, asked.is_enps
    from {{ ref('survey_own_cell') }} as cell
    inner join {{ ref('survey_construct') }} as asked
        on cell.survey_id = asked.survey_id and cell.construct = asked.construct
    where cell.n_counted > 0
),

piece as (
    select
        survey_id,
        construct as kind,
        org_unit_id,
        n_counted,
        case when is_scored then favourable_sum else sum_100 / 100 end as favourable_sum
    from own
    union all
    select
        survey_id,
        'enps promoters' as kind,
        org_unit_id,
        n_counted,
        cast(n_promoters as {{ type_double() }}) as favourable_sum
    from own
    where is_enps
    union all
    select
        survey_id,
        'enps detractors' as kind,
        org_unit_id,
        n_counted,
        cast(n_detractors as {{ type_double() }}) as favourable_sum
    from own
    where is_enps
    union all
    select
        sheet.survey_id,
        sheet.construct || ' sheets' as kind,
        sheet.org_unit_id,
        count(*) as n_counted,
        cast(null as {{ type_double() }}) as favourable_sum
    from {{ ref('survey_sheet_construct') }} as sheet
    where sheet.n_answered_items + sheet.n_dont_know_items > 0
    group by sheet.survey_id, sheet.construct, sheet.org_unit_id
    union all
    select
        asked.survey_id,
        'invited' as kind,
        asked.org_unit_id,
        cast(asked.n_invited as bigint) as n_counted,
        cast(null as {{ type_double() }}) as favourable_sum
    from {{ ref('survey_own_count') }} as asked
    where asked.n_invited > 0
)

select
    survey_id as pattern_id,
    kind,
    org_unit_id as unit_id,
    cast(null as text) as person_key,
    n_counted as n_people,
    favourable_sum
from piece
