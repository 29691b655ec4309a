-- The sheets that count for a construct, by direct unit, from which the rests of a wave's pattern
-- are counted, and what of their answers must stay open (readings F4, F5): the favourable share;
-- where a construct has none, its mean; of eNPS promoters and detractors too, as kinds of their
-- own. Nobody is of two units of a wave.
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
)

select
    survey_id as pattern_id,
    kind,
    org_unit_id as unit_id,
    cast(null as text) as person_key,
    n_counted as n_people,
    favourable_sum
from piece
