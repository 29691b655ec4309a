-- Looks at the declared columns, which the contracts make the real ones. The rank of a suggestion is
-- one of goals, for one initiative.
{% set of_a_league = ['rank', 'percentile', 'quartile', 'decile', 'league', 'place', 'top_performer'] %}
{% set found = [] %}
{% for model in graph.nodes.values() if model.resource_type == 'model' and model.config.schema == 'marts' %}
    {% for column in model.columns if model.name != 'link_suggestions' %}
        {% for word in of_a_league if word in column.split('_') %}
            {% do found.append((model.name, column)) %}
        {% endfor %}
    {% endfor %}
{% endfor %}
{% for mart, column in found %}
select '{{ mart }}' as mart, '{{ column }}' as column_name
union all
{% endfor %}
select cast(null as text) as mart, cast(null as text) as column_name
where 1 = 0
