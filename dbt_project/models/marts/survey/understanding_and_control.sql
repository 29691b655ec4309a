-- What people say they understand and control: a row a unit, closed wave and construct, as it was
-- first published (reading V7).
select
    org_unit_id,
    survey_id,
    construct,
    {{ utc_date('closed_at') }} as closed_on,
    n_invited,
    n_answered,
    response_rate,
    low_response,
    dont_know_share,
    favourable_share,
    favourable_low,
    favourable_high,
    favourable_band,
    mean_100,
    enps,
    enps_standard_error,
    change,
    change_low,
    change_high,
    minimum_detectable_change,
    is_significant,
    is_comparable,
    benchmark,
    benchmark_grade,
    suppressed,
    reason_missing
from {{ ref('survey_cell_ledger') }}
where closed_at <= {{ as_of() }}
