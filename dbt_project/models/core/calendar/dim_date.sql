-- Every day from three years before as_of, or from the week of the first sign of work or goals (at
-- most ten years back), to two years after. A sign's day may be the one before in a person's place.
with first_sign as (
    select min({{ utc_date('started_at') }}) as day
    from {{ source('raw', 'worklogs') }}
    where as_of <= {{ as_of() }}
    union all
    select
        least(
            min({{ utc_date('created_at') }}),
            coalesce(min(started_on), min({{ utc_date('created_at') }}))
        ) as day
    from {{ source('raw', 'work_items') }}
    where as_of <= {{ as_of() }}
    union all
    select min(coalesce(starts_on, {{ utc_date('coalesce(created_at, first_seen_at)') }})) as day
    from {{ ref('stg_goals') }}
),

bounds as (
    select
        {{ week_start(
            'greatest(' ~ date_add_days(as_of_date(), -3653) ~ ', coalesce('
            ~ date_add_days('min(day)', -1) ~ ', ' ~ as_of_date() ~ '))'
        ) }} as needed_from,
        {{ date_add_days(as_of_date(), -1096) }} as usual_from,
        {{ date_add_days(as_of_date(), 731) }} as last_day
    from first_sign
),

digit as (
    select 0 as n
    {% for n in range(1, 10) %}
    union all
    select {{ n }} as n
    {% endfor %}
),

spine as (
    select {{ date_add_days(
        'least(bounds.needed_from, ' ~ week_start('bounds.usual_from') ~ ')',
        'thousands.n * 1000 + hundreds.n * 100 + tens.n * 10 + ones.n'
    ) }} as day, bounds.needed_from, bounds.last_day
    from bounds
    cross join digit as thousands
    cross join digit as hundreds
    cross join digit as tens
    cross join digit as ones
),

dated as (
    select
        day,
        day >= needed_from and day <= {{ as_of_date() }} as is_judged,
        {{ week_start('day') }} as week_start,
        cast(extract(year from day) as bigint) as calendar_year,
        cast(extract(month from day) as bigint) as calendar_month
    from spine
    where day <= last_day
)

select
    dated.day,
    dated.week_start,
    {{ date_add_days('dated.week_start', 6) }} as sunday,
    {{ iso_year('dated.day') }} as iso_year,
    cast(extract(week from dated.day) as bigint) as iso_week,
    cast(date_trunc('month', dated.day) as date) as month_start,
    cast(date_trunc('quarter', dated.day) as date) as quarter_start,
    dated.calendar_year,
    {% set first_month = var('fiscal_year_start_month') | int -%}
    case
        when {{ first_month }} > 1 and dated.calendar_month >= {{ first_month }}
            then dated.calendar_year + 1
        else dated.calendar_year
    end as fiscal_year,
    cast(floor(mod(dated.calendar_month - {{ first_month }} + 12, 12) / 3) as bigint)
    + 1 as fiscal_quarter,
    {{ iso_weekday('dated.day') }} <= 5 and holidays.day is null as is_working_day,
    dated.is_judged
from dated
left join {{ ref('stg_public_holidays') }} as holidays
    on
        dated.day = holidays.day
        and holidays.country = '{{ var("country") }}'
        and holidays.subdivision = ''
