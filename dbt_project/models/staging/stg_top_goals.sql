select distinct top_goals.goal_id
from ({{ standing_rows('top_goals') }}) as top_goals
