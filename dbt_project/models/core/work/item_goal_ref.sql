-- Goals named on work items, from when to when, by the item's changes of goals (reading L2): what
-- is new in a change is linked by it, what is missing is unlinked; what stood before the first
-- change, or is named today without any change, is linked since the item was created.
{%- set change_columns = ['work_item_id', 'changed_at', 'change_rank'] %}
with change as (
    select
        changes.work_item_id,
        changes.changed_at,
        changes.change_rank,
        changes.from_value,
        changes.to_value
    from {{ ref('stg_work_item_changes') }} as changes
    where changes.field = 'goal'
),

named as (
    select before_change.*, 1 as is_before, 0 as is_after
    from ({{ split_to_rows('change', change_columns, 'from_value') }}) as before_change
    union all
    select after_change.*, 0 as is_before, 1 as is_after
    from ({{ split_to_rows('change', change_columns, 'to_value') }}) as after_change
),

named_in_change as (
    select
        named.work_item_id,
        named.part as goal_ref,
        named.changed_at,
        named.change_rank,
        max(named.is_before) as is_before,
        max(named.is_after) as is_after
    from named
    group by named.work_item_id, named.part, named.changed_at, named.change_rank
),

changed as (
    select work_item_id, goal_ref, changed_at, change_rank, is_after = 1 as is_linked
    from named_in_change
    where is_before <> is_after
    union all
    select work_item_id, goal_ref, cast(null as timestamptz) as changed_at, 0, true
    from named_in_change
    where change_rank = 1 and is_before = 1
),

event as (
    select * from changed
    union all
    select distinct today.work_item_id, today.part, cast(null as timestamptz), 0, true
    from ({{ split_to_rows(ref('stg_work_items'), ['work_item_id'], 'goal_refs') }}) as today
    left join changed
        on today.work_item_id = changed.work_item_id and today.part = changed.goal_ref
    where changed.goal_ref is null
),

spell as (
    select
        event.*,
        min(case when not event.is_linked then event.changed_at end) over (
            partition by event.work_item_id, event.goal_ref
            order by event.change_rank
            rows between 1 following and unbounded following
        ) as unlinked_at
    from event
)

select
    spell.work_item_id,
    spell.goal_ref,
    spell.change_rank,
    spell.changed_at as linked_at,
    spell.unlinked_at
from spell
where spell.is_linked
