select effort.effort_id, count(class.node_class) as n_classes
from {{ ref('fct_effort') }} as effort
left join {{ ref('item_week_class') }} as class
    on effort.work_item_id = class.work_item_id and effort.week_start = class.week_start
group by effort.effort_id
having count(class.node_class) <> 1
