{{ config(severity='warn') }}

select source, goal_ref
from {{ ref('goal_ref') }}
where goal_id is null
