-- Every account that a tracker shows or that work names, who it is, and whose clock and calendar
-- its work follows. An account that is nobody is a worker of its own, on UTC and plain weekdays.
with named as (
    select accounts.account_id, accounts.source, accounts.account_key
    from {{ ref('stg_accounts') }} as accounts
    union
    select worklogs.account_id, worklogs.source, worklogs.account_key
    from {{ ref('stg_worklogs') }} as worklogs
    union
    select
        items.assignee_account_id,
        items.source,
        substr(items.assignee_account_id, length(items.source) + 2)
    from {{ ref('stg_work_items') }} as items
    where items.assignee_account_id is not null
    union
    select changes.source || ':' || changes.from_value, changes.source, changes.from_value
    from {{ ref('stg_work_item_changes') }} as changes
    where changes.field = 'assignee' and changes.from_value is not null
    union
    select changes.source || ':' || changes.to_value, changes.source, changes.to_value
    from {{ ref('stg_work_item_changes') }} as changes
    where changes.field = 'assignee' and changes.to_value is not null
)

select
    named.account_id,
    case
        when person.person_id is null then 'account ' || named.account_id
        else 'person ' || person.person_id
    end as worker_id,
    person.person_id,
    coalesce(person.country, '') as country,
    coalesce(person.subdivision, '') as subdivision,
    coalesce(person.time_zone, 'UTC') as time_zone,
    coalesce(person.hired_on, {{ beginning() }}) as hired_on,
    coalesce(person.left_on, {{ open_end() }}) as left_on,
    person.leave_from,
    case
        when person.leave_from is not null then coalesce(person.leave_to, {{ open_end() }})
    end as leave_to
from named
left join {{ ref('bridge_identity') }} as identity
    on
        named.source = identity.source
        and named.account_key = identity.account_ref
left join {{ ref('dim_person') }} as person on identity.person_id = person.person_id
