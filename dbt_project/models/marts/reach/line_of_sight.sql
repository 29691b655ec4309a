-- Whether a path leads from people's work to a top goal (readings R1 to R4, E13), and whether they
-- say that they see one (V8). A row for every unit of that Sunday's tree, restated of today's; a
-- row of too few people holds no number at all.
with judged as (
    select
        unit.org_unit_id,
        unit.week_start,
        unit.org_basis,
        unit.headcount,
        unit.n_observable,
        unit.n_reaching,
        unit.path_length_sum,
        cast(unit.n_observable as {{ type_double() }}) / nullif(unit.headcount, 0)
            as observable_share,
        pattern.is_hidden or unit.headcount < 20 as suppressed
    from {{ ref('reach_unit_week') }} as unit
    inner join {{ ref('unit_week_pattern') }} as pattern
        on
            unit.org_unit_id = pattern.org_unit_id
            and unit.week_start = pattern.week_start
            and unit.org_basis = pattern.org_basis
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
),

linked as (
    select
        based.*,
        based.reaching / based.n_observable as reach,
        based.reaching / based.base as reach_low,
        (based.reaching + based.base - based.n_observable) / based.base as reach_high
    from based
),

seen as (
    select
        linked.*,
        wave.survey_id,
        cell.favourable_share as perceived,
        cell.favourable_low as perceived_low,
        cell.favourable_high as perceived_high,
        closing.reach as reach_at_close
    from linked
    left join {{ ref('survey_of_week') }} as wave
        on
            linked.week_start = wave.week_start
            and linked.org_basis = 'as_was'
            and not linked.suppressed
    left join {{ ref('survey_cell_ledger') }} as cell
        on
            wave.survey_id = cell.survey_id
            and linked.org_unit_id = cell.org_unit_id
            and cell.construct = 'los_actions'
    left join linked as closing
        on
            linked.org_unit_id = closing.org_unit_id
            and wave.closing_week_start = closing.week_start
            and closing.org_basis = 'as_was'
)

select
    seen.org_unit_id,
    seen.week_start,
    seen.org_basis,
    case when not seen.suppressed then seen.headcount end as headcount,
    case when not seen.suppressed then seen.n_observable end as n_observable,
    case when not seen.suppressed then seen.n_reaching end as n_reaching,
    seen.reach,
    seen.reach_low,
    seen.reach_high,
    case when not seen.suppressed then seen.observable_share end as observable_share,
    case
        when seen.reason_missing is null
            then cast(seen.path_length_sum as {{ type_double() }}) / nullif(seen.n_reaching, 0)
    end as mean_path_length,
    seen.survey_id,
    seen.perceived,
    seen.perceived_low,
    seen.perceived_high,
    seen.reach_at_close - seen.perceived as los_gap,
    case
        when seen.reach is null or seen.perceived is null then null
        when
            seen.reach_low >= {{ var('reach_cut') }}
            and seen.perceived_low >= {{ var('perceived_cut') }}
            then 'linked_and_seen'
        when
            seen.reach_low >= {{ var('reach_cut') }}
            and seen.perceived_high < {{ var('perceived_cut') }}
            then 'linked_not_seen'
        when
            seen.reach_high < {{ var('reach_cut') }}
            and seen.perceived_low >= {{ var('perceived_cut') }}
            then 'seen_not_linked'
        when
            seen.reach_high < {{ var('reach_cut') }}
            and seen.perceived_high < {{ var('perceived_cut') }}
            then 'neither'
        else 'unclear'
    end as quadrant,
    seen.suppressed,
    seen.reason_missing
from seen
