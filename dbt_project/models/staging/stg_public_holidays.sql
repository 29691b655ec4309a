select distinct
    upper(trim(holidays.country)) as country,
    upper(trim(holidays.subdivision)) as subdivision,
    holidays.day
from ({{ standing_rows('public_holidays') }}) as holidays
