-- The cells of closed waves as they were first published, which they stay: rows are added for waves
-- that it does not hold yet, and never changed (reading V7).
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false
) }}

with cell as (
    select cells.*
    from {{ ref('survey_cell') }} as cells
    {% if is_incremental() %}
    left join (select distinct held.survey_id from {{ this }} as held) as held
        on cells.survey_id = held.survey_id
    where held.survey_id is null
    {% endif %}
),

known as (
    select survey_id, org_unit_id, construct, n_answered, favourable_share as exact_share
    from cell
    where is_full
    {% if is_incremental() %}
    union all
    select survey_id, org_unit_id, construct, n_answered, exact_share
    from {{ this }}
    where exact_share is not null
    {% endif %}
),

compared as (
    select
        cell.*,
        earlier.n_answered as n_before,
        cell.favourable_share - earlier.exact_share as change,
        {{ moderated('cell.favourable_share', 'cell.n_answered') }} as moderated_now,
        {{ moderated('earlier.exact_share', 'earlier.n_answered') }} as moderated_before
    from cell
    left join known as earlier
        on
            cell.is_comparable
            and cell.previous_survey_id = earlier.survey_id
            and cell.org_unit_id = earlier.org_unit_id
            and cell.construct = earlier.construct
),

measured as (
    select
        compared.*,
        moderated_now - moderated_before as difference,
        {{ error_of_difference('moderated_now', 'n_answered', 'moderated_before', 'n_before') }}
            as standard_error
    from compared
),

tested as (
    select
        measured.*,
        {{ z_95() }} * standard_error as margin,
        {{ two_sided_tail('(abs(difference) / standard_error)') }} as p_value
    from measured
),

ranked as (
    select
        tested.*,
        row_number() over (partition by survey_id order by p_value nulls last) as place,
        count(p_value) over (partition by survey_id) as n_tests
    from tested
),

significant as (
    select survey_id, max(p_value) as greatest_p_value
    from ranked
    where p_value * n_tests <= 0.05 * place
    group by survey_id
),

shown as (
    select
        ranked.*,
        significant.greatest_p_value,
        case
            when ranked.change is not null
                then greatest(-1, least(ranked.change, ranked.difference - ranked.margin))
        end as exact_low,
        case
            when ranked.change is not null
                then least(1, greatest(ranked.change, ranked.difference + ranked.margin))
        end as exact_high,
        {{ rounded('ranked.favourable_share', 100) }} as rounded_share
    from ranked
    left join significant on ranked.survey_id = significant.survey_id
)

select
    shown.survey_id,
    shown.closed_at,
    shown.org_unit_id,
    shown.construct,
    shown.n_invited,
    shown.n_answered,
    case
        when shown.response_rate >= 0.95 then 0.95
        else {{ rounded('shown.response_rate', 20) }}
    end as response_rate,
    shown.response_rate < 0.6 as low_response,
    {{ rounded('shown.dont_know_share', 100) }} as dont_know_share,
    case when shown.is_full or shown.rounded_share not in (0, 1) then shown.rounded_share end
        as favourable_share,
    {{ rounded('shown.favourable_low', 100) }} as favourable_low,
    {{ rounded('shown.favourable_high', 100) }} as favourable_high,
    case
        when shown.is_full then null
        when shown.rounded_share = 0 then 'under 0.2'
        when shown.rounded_share = 1 then 'over 0.8'
    end as favourable_band,
    shown.mean_100,
    shown.enps,
    shown.enps_standard_error,
    {{ rounded('shown.change', 100) }} as change,
    {{ rounded('shown.exact_low', 100) }} as change_low,
    {{ rounded('shown.exact_high', 100) }} as change_high,
    {{ rounded('2.80 * shown.standard_error', 100) }} as minimum_detectable_change,
    case
        when shown.p_value is not null
            then coalesce(shown.p_value <= shown.greatest_p_value, false)
    end as is_significant,
    shown.is_comparable,
    case when shown.is_full then benchmark.favourable_share end as benchmark,
    case when shown.is_full then benchmark.grade end as benchmark_grade,
    shown.is_hidden as suppressed,
    case
        when shown.is_hidden then 'few_people'
        when not shown.is_full then 'few_observations'
        when not shown.is_scored then 'no_cut'
    end as reason_missing,
    case when shown.is_full then shown.favourable_share end as exact_share,
    {{ as_of() }} as frozen_as_of
from shown
left join {{ ref('survey_benchmark') }} as benchmark on shown.construct = benchmark.construct
