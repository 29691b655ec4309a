-- Where the work of a unit and of all below it went in a week (readings E8, E9). A row for every
-- unit of that Sunday's tree; a row of too few people holds no number at all.
{%- set numbers = [
    'n_people', 'person_days', 'capacity_person_days', 'effort_coverage', 'person_days_aligned',
    'person_days_lapsed', 'person_days_island', 'person_days_unaligned', 'person_days_expired',
    'aligned_share', 'aligned_share_low', 'aligned_share_high', 'unmatched_share',
    'basis_worklog_share'
] %}
with amount as (
    select
        unit.org_unit_id,
        unit.week_start,
        unit.headcount,
        coalesce(effort.n_people, 0) as n_people,
        coalesce(capacity.capacity_person_days, 0) as capacity_person_days,
        {%- for name in [
            'person_days', 'person_days_matched', 'person_days_worklog', 'person_days_aligned',
            'person_days_lapsed', 'person_days_island', 'person_days_unaligned',
            'person_days_expired', 'person_days_unknown'
        ] %}
        coalesce(effort.{{ name }}, 0) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('headcount_unit_week') }} as unit
    left join {{ ref('effort_unit_week') }} as effort
        on unit.org_unit_id = effort.org_unit_id and unit.week_start = effort.week_start
    left join {{ ref('capacity_unit_week') }} as capacity
        on unit.org_unit_id = capacity.org_unit_id and unit.week_start = capacity.week_start
),

covered as (
    select
        amount.*,
        amount.person_days_matched / nullif(amount.capacity_person_days, 0) as effort_coverage,
        amount.headcount < 20
        or (amount.n_people > 0 and amount.n_people < {{ var('minimum_group_effort') }})
            as suppressed
    from amount
),

judged as (
    select
        covered.*,
        case
            when covered.suppressed then 'few_people'
            when covered.person_days = 0 then 'no_effort'
            when coalesce(covered.effort_coverage, 0) < 0.3 then 'low_coverage'
        end as reason_missing
    from covered
),

shared as (
    select
        judged.*,
        case when judged.reason_missing is null then judged.person_days end as base,
        judged.person_days - judged.person_days_matched as person_days_unmatched
    from judged
),

measured as (
    select
        shared.*,
        shared.person_days_aligned / shared.base as aligned_share,
        shared.person_days_aligned / shared.base as aligned_share_low,
        (shared.person_days_aligned + shared.person_days_unknown) / shared.base
            as aligned_share_high,
        shared.person_days_unmatched / nullif(shared.person_days, 0) as unmatched_share,
        shared.person_days_worklog / nullif(shared.person_days, 0) as basis_worklog_share
    from shared
)

select
    measured.org_unit_id,
    measured.week_start,
    'as_was' as org_basis
    {%- for name in numbers %},
    case when not measured.suppressed then measured.{{ name }} end as {{ name }}
    {%- endfor %},
    measured.suppressed,
    measured.reason_missing
from measured
