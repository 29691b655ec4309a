-- What may answer a shift: an initiative created on its day or later under a goal that has the
-- metric's target since (reading K2). A row a shift and initiative, with the day from which the
-- initiative is linked.
with goal as (
    select shift.metric_id, shift.shifted_on, target.goal_id, min(target.valid_from) as has_from
    from {{ ref('metric_shift') }} as shift
    inner join {{ ref('goal_metric') }} as target
        on shift.metric_id = target.metric_id and target.valid_to > shift.shifted_on
    group by shift.metric_id, shift.shifted_on, target.goal_id
)

select
    goal.metric_id,
    goal.shifted_on,
    items.work_item_id as initiative_id,
    {{ utc_date('items.created_at') }} as created_on,
    min(greatest(links.linked_on, goal.has_from, {{ utc_date('items.created_at') }})) as known_from
from goal
inner join {{ ref('bridge_goal_initiative') }} as links on goal.goal_id = links.goal_id
inner join {{ ref('bridge_work_item') }} as below on links.work_item_id = below.ancestor_id
inner join {{ ref('dim_work_item') }} as items
    on
        below.descendant_id = items.work_item_id
        and items.is_initiative
        and {{ utc_date('items.created_at') }} >= goal.shifted_on
group by
    goal.metric_id, goal.shifted_on, items.work_item_id, {{ utc_date('items.created_at') }}
