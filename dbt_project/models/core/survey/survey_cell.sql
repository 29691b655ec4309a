-- What a closed wave may say of a unit and construct, before rounding (readings V3, V4, F6): of a
-- hidden unit nothing, under ten sheets the counts and the favourable share alone.
with judged as (
    select
        wave.survey_id,
        wave.closed_at,
        wave.previous_survey_id,
        asked.is_scored,
        asked.is_enps,
        asked.is_comparable,
        cell.org_unit_id,
        cell.construct,
        pattern.is_hidden,
        not pattern.is_hidden and cell.n_counted >= 10 as is_full,
        cast(cell.n_counted as {{ type_double() }}) as n,
        cast(unit.n_invited as {{ type_double() }}) as n_invited,
        cast(unit.n_sheets as {{ type_double() }}) as n_sheets,
        cell.n_dont_know_items,
        cell.n_answered_items,
        cell.favourable_sum / nullif(cell.n_counted, 0) as favourable_share,
        cell.sum_100 / nullif(cell.n_100, 0) as mean_100,
        cell.n_promoters,
        cell.n_detractors
    from {{ ref('survey_unit_cell') }} as cell
    inner join {{ ref('survey_wave') }} as wave on cell.survey_id = wave.survey_id
    inner join {{ ref('survey_construct') }} as asked
        on cell.survey_id = asked.survey_id and cell.construct = asked.construct
    inner join {{ ref('survey_unit_count') }} as unit
        on cell.survey_id = unit.survey_id and cell.org_unit_id = unit.org_unit_id
    inner join {{ ref('survey_pattern') }} as pattern
        on cell.survey_id = pattern.pattern_id and cell.org_unit_id = pattern.unit_id
),

based as (
    select
        judged.*,
        case
            when judged.n_invited is null then judged.n
            when judged.n_invited > judged.n
                then judged.n * (judged.n_invited - 1) / (judged.n_invited - judged.n)
        end as n_effective,
        (judged.n_promoters + 0.75) / (judged.n + 3) as promoting,
        (judged.n_detractors + 0.75) / (judged.n + 3) as detracting
    from judged
)

select
    survey_id,
    closed_at,
    previous_survey_id,
    org_unit_id,
    construct,
    is_hidden,
    is_full,
    is_scored,
    case when not is_hidden then cast(n_invited as bigint) end as n_invited,
    case when not is_hidden then cast(n as bigint) end as n_answered,
    case when is_full then n_sheets / nullif(n_invited, 0) end as response_rate,
    case
        when is_full
            then
                cast(n_dont_know_items as {{ type_double() }})
                / nullif(n_dont_know_items + n_answered_items, 0)
    end as dont_know_share,
    case when not is_hidden then favourable_share end as favourable_share,
    case
        when is_full and n_effective is null then favourable_share
        when is_full then {{ wilson_low('favourable_share', 'n_effective') }}
    end as favourable_low,
    case
        when is_full and n_effective is null then favourable_share
        when is_full then {{ wilson_high('favourable_share', 'n_effective') }}
    end as favourable_high,
    case when is_full then mean_100 end as mean_100,
    case when is_full and is_enps then 100 * (n_promoters - n_detractors) / n end as enps,
    case
        when is_full and is_enps
            then
                100 * sqrt(
                    (
                        promoting + detracting
                        - (promoting - detracting) * (promoting - detracting)
                    ) / (n + 3)
                )
    end as enps_standard_error,
    case when is_full then is_comparable end as is_comparable
from based
