-- Perceived is the unit's published cell of the wave, never another number.
select mart.org_unit_id, mart.week_start, mart.survey_id
from {{ ref('line_of_sight') }} as mart
left join {{ ref('understanding_and_control') }} as cell
    on
        mart.org_unit_id = cell.org_unit_id
        and mart.survey_id = cell.survey_id
        and cell.construct = 'los_actions'
where
    coalesce(mart.perceived, -1) <> coalesce(
        case when mart.survey_id is not null then cell.favourable_share end, -1
    )
    or coalesce(mart.perceived_low, -1) <> coalesce(
        case when mart.survey_id is not null then cell.favourable_low end, -1
    )
    or (mart.los_gap is not null and mart.perceived is null)
