select
    surveys.source || ':' || surveys.survey_key as survey_id,
    surveys.source,
    surveys.survey_key,
    surveys.source || ':' || nullif(trim(surveys.series_key), '') as series_id,
    surveys.title,
    surveys.opened_at,
    case when surveys.closed_at <= {{ as_of() }} then surveys.closed_at end as closed_at,
    coalesce(surveys.is_anonymous, false) as is_anonymous
from ({{ standing_rows('surveys', swept_key='survey_key') }}) as surveys
where surveys.opened_at <= {{ as_of() }} or surveys.opened_at is null
