-- The weeks in which anything is judged, and the day on which: the Sunday, or as_of in the week
-- that is still running.
select
    week_start,
    least(min(sunday), {{ as_of_date() }}) as judged_on,
    min(sunday) > {{ as_of_date() }} as is_partial
from {{ ref('dim_date') }}
where is_judged
group by week_start
