-- Which of the frames about goals a source has ever given a row of, gone by now or not.
{% for frame in ['goal_metrics', 'goal_owners', 'goal_checkins'] %}
select distinct
    given.source,
    '{{ frame }}' as frame
from ({{ known_versions(frame) }}) as given
{% if not loop.last %}union all{% endif %}
{% endfor %}
