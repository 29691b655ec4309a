-- Time written down on work items: what stands.
select
    standing.source || ':' || standing.worklog_key as worklog_id,
    standing.source,
    standing.source || ':' || standing.work_item_key as work_item_id,
    standing.account_key,
    standing.source || ':' || standing.account_key as account_id,
    standing.started_at,
    standing.seconds
from ({{ standing_rows('worklogs', 'worklog_key') }}) as standing
where standing.seconds > 0
