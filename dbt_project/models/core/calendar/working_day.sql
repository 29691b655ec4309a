-- The working days of every place: Monday to Friday without the public holidays of its country
-- and region. The place whose country is empty text is the unknown one and has no holidays.
with place as (
    select distinct country, subdivision from {{ ref('stg_locations') }}
    union
    select '' as country, '' as subdivision
)

select place.country, place.subdivision, dates.day
from place
cross join {{ ref('dim_date') }} as dates
where
    {{ iso_weekday('dates.day') }} <= 5
    and not exists (
        select 1
        from {{ ref('stg_public_holidays') }} as holidays
        where
            holidays.day = dates.day
            and holidays.country = place.country
            and holidays.subdivision in ('', place.subdivision)
    )
