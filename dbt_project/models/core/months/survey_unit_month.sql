-- The survey cell that a unit's monthly row quotes for a construct: that of the wave that closed
-- last by its Sunday, at most 400 days before, among those that ask it (reading B2). as_was rows
-- only.
with month_week as (
    select distinct unit_month.month_start, unit_month.sunday
    from {{ ref('unit_month') }} as unit_month
),

asked as (
    select distinct cell.survey_id, cell.construct, {{ utc_date('cell.closed_at') }} as closed_on
    from {{ ref('survey_cell_ledger') }} as cell
),

latest as (
    select
        month_week.month_start,
        asked.construct,
        asked.survey_id,
        row_number() over (
            partition by month_week.month_start, asked.construct
            order by asked.closed_on desc, asked.survey_id desc
        ) as place
    from month_week
    inner join asked
        on
            asked.closed_on <= month_week.sunday
            and asked.closed_on >= {{ date_add_days('month_week.sunday', -400) }}
)

select
    cell.org_unit_id,
    latest.month_start,
    latest.construct,
    latest.survey_id,
    cell.favourable_share,
    cell.favourable_low,
    cell.favourable_high
from latest
inner join {{ ref('survey_cell_ledger') }} as cell
    on latest.survey_id = cell.survey_id and latest.construct = cell.construct
where latest.place = 1 and cell.favourable_share is not null
