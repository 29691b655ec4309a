-- Accounts of the tracking systems, newest version, even if gone.
select
    newest.source,
    newest.account_key,
    newest.source || ':' || newest.account_key as account_id,
    newest.email,
    newest.employee_number,
    newest.display_name,
    newest.is_active,
    newest.deleted_at
from ({{ newest_version('accounts', 'account_key') }}) as newest
