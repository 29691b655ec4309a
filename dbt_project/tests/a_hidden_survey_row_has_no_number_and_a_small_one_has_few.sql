-- Frozen rows went by the minimum of their night, which is never under 3.
select mart.org_unit_id, mart.survey_id, mart.construct
from {{ ref('understanding_and_control') }} as mart
where
    mart.suppressed <> coalesce(mart.reason_missing = 'few_people', false)
    or (
        mart.suppressed
        and coalesce(mart.n_invited, mart.n_answered, mart.favourable_share) is not null
    )
    or (not mart.suppressed and coalesce(mart.n_answered, 0) < 3)
    or (
        (mart.suppressed or mart.n_answered < 10)
        and (
            coalesce(
                mart.response_rate, mart.dont_know_share, mart.favourable_low,
                mart.favourable_high, mart.mean_100, mart.enps, mart.enps_standard_error,
                mart.change, mart.change_low, mart.change_high, mart.minimum_detectable_change,
                mart.benchmark
            ) is not null
            or mart.low_response is not null
            or mart.is_significant is not null
            or mart.is_comparable is not null
            or mart.benchmark_grade is not null
        )
    )
    or (mart.n_answered < 10 and mart.favourable_share in (0, 1))
    or (mart.favourable_band is not null and (mart.suppressed or mart.n_answered >= 10))
