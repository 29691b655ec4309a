select
    locations.location,
    upper(trim(locations.country)) as country,
    coalesce(upper(trim(locations.subdivision)), '') as subdivision,
    locations.time_zone
from ({{ standing_rows('locations') }}) as locations
