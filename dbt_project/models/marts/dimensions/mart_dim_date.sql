{{ config(alias='dim_date') }}

-- A row a day.
select
    day as date,
    week_start,
    iso_year,
    iso_week,
    month_start,
    quarter_start,
    calendar_year,
    fiscal_year,
    fiscal_quarter,
    is_working_day
from {{ ref('dim_date') }}
