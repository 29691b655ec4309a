select effort.worker_id, effort.day
from {{ ref('fct_effort') }} as effort
group by effort.worker_id, effort.day
having min(effort.basis) <> max(effort.basis)
