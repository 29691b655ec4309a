select source, frame, run_id, rows_pulled
from {{ ref('data_trust') }}
where
    status = 'ok'
    and rows_pulled
    <> coalesce(rows_loaded, 0)
    + coalesce(rows_unchanged, 0)
    + coalesce(rows_duplicate, 0)
    + coalesce(rows_quarantined, 0)
