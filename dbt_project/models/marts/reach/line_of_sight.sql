-- Whether a path leads from people's work to a top goal (readings R1 to R4): the structural part. A
-- row for every unit of that Sunday's tree; a row of too few people holds no number at all.
with judged as (
    select
        unit.org_unit_id,
        unit.week_start,
        unit.headcount,
        unit.n_observable,
        unit.n_reaching,
        unit.path_length_sum,
        cast(unit.n_observable as {{ type_double() }}) / nullif(unit.headcount, 0)
            as observable_share,
        unit.headcount < 20
        or (unit.n_observable > 0 and unit.n_observable < {{ var('minimum_group_effort') }})
            as suppressed
    from {{ ref('reach_unit_week') }} as unit
),

explained as (
    select
        judged.*,
        case
            when judged.suppressed then 'few_people'
            when judged.observable_share < 0.3 then 'low_coverage'
        end as reason_missing
    from judged
),

based as (
    select
        explained.*,
        case
            when explained.reason_missing is null
                then cast(explained.n_reaching as {{ type_double() }})
        end as reaching,
        case
            when explained.reason_missing is null
                then cast(explained.headcount as {{ type_double() }})
        end as base
    from explained
)

select
    based.org_unit_id,
    based.week_start,
    'as_was' as org_basis,
    case when not based.suppressed then based.headcount end as headcount,
    case when not based.suppressed then based.n_observable end as n_observable,
    case when not based.suppressed then based.n_reaching end as n_reaching,
    based.reaching / based.n_observable as reach,
    based.reaching / based.base as reach_low,
    (based.reaching + based.base - based.n_observable) / based.base as reach_high,
    case when not based.suppressed then based.observable_share end as observable_share,
    case
        when based.reason_missing is null
            then
                cast(based.path_length_sum as {{ type_double() }}) / nullif(based.n_reaching, 0)
    end as mean_path_length,
    based.suppressed,
    based.reason_missing
from based
