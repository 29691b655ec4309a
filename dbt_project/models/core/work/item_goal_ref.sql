-- Goals named on work items, from when to when, by the item's changes of goals (reading L2): what
-- is new in a change is linked by it, what is missing is unlinked; what stood before the first
-- change, or is named today without any change, is linked since the item was created.
with change as (
    select changes.change_id, changes.work_item_id, changes.changed_at, changes.change_rank,
        changes.from_value, changes.to_value
    from {{ ref('stg_work_item_changes') }} as changes
    where changes.field = 'goal'
),

before_change as (
    select distinct parts.change_id, parts.work_item_id, parts.changed_at, parts.change_rank, parts.part
    from ({{ split_to_rows('change', ['change_id', 'work_item_id', 'changed_at', 'change_rank'], 'from_value') }}) as parts
),

after_change as (
    select distinct parts.change_id, parts.work_item_id, parts.changed_at, parts.change_rank, parts.part
    from ({{ split_to_rows('change', ['change_id', 'work_item_id', 'changed_at', 'change_rank'], 'to_value') }}) as parts
),

named_today as (
    select distinct parts.work_item_id, parts.part
    from ({{ split_to_rows(ref('stg_work_items'), ['work_item_id'], 'goal_refs') }}) as parts
),

-- is_linked: the reference appears; else it goes.
event as (
    select after_change.work_item_id, after_change.part as goal_ref, after_change.changed_at,
        after_change.change_rank, true as is_linked
    from after_change
    left join before_change
        on after_change.change_id = before_change.change_id and after_change.part = before_change.part
    where before_change.part is null
    union all
    select before_change.work_item_id, before_change.part, before_change.changed_at,
        before_change.change_rank, false
    from before_change
    left join after_change
        on before_change.change_id = after_change.change_id and before_change.part = after_change.part
    where after_change.part is null
    union all
    select before_change.work_item_id, before_change.part, cast(null as timestamptz), 0, true
    from before_change
    where before_change.change_rank = 1
),

all_event as (
    select event.work_item_id, event.goal_ref, event.changed_at, event.change_rank, event.is_linked
    from event
    union all
    select named_today.work_item_id, named_today.part, cast(null as timestamptz), 0, true
    from named_today
    where not exists (
        select 1 from event
        where event.work_item_id = named_today.work_item_id and event.goal_ref = named_today.part
    )
)

select
    spell.work_item_id,
    spell.goal_ref,
    spell.change_rank,
    spell.linked_at,
    spell.unlinked_at
from (
    select
        all_event.work_item_id,
        all_event.goal_ref,
        all_event.is_linked,
        all_event.change_rank,
        all_event.changed_at as linked_at,
        min(case when not all_event.is_linked then all_event.changed_at end) over (
            partition by all_event.work_item_id, all_event.goal_ref
            order by all_event.change_rank
            rows between 1 following and unbounded following
        ) as unlinked_at
    from all_event
) as spell
where spell.is_linked
