select mart.org_unit_id, mart.survey_id, mart.construct
from {{ ref('understanding_and_control') }} as mart
where
    not (
        0 <= mart.favourable_low
        and mart.favourable_low <= mart.favourable_share
        and mart.favourable_share <= mart.favourable_high
        and mart.favourable_high <= 1
    )
    or not (
        -1 <= mart.change_low
        and mart.change_low <= mart.change
        and mart.change <= mart.change_high
        and mart.change_high <= 1
    )
    or not mart.response_rate between 0 and 0.95
    or not mart.dont_know_share between 0 and 1
    or not mart.mean_100 between 0 and 100
    or not mart.enps between -100 and 100
    or mart.enps_standard_error <= 0
    or mart.minimum_detectable_change < 0
    or (mart.is_significant is null) <> (mart.change is null)
    or (mart.change is not null and not mart.is_comparable)
