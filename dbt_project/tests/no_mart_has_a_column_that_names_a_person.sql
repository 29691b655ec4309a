-- Looks at the declared columns, which the contracts make the real ones.
{% set of_persons = [
    'person_id', 'person_key', 'person_ref', 'account_id', 'account_ref', 'account_key', 'email',
    'work_email', 'full_name', 'display_name', 'employee_number', 'assignee', 'reporter', 'author',
] %}
{% set found = [] %}
{% for model in graph.nodes.values() if model.resource_type == 'model' and model.config.schema == 'marts' %}
    {% for column in model.columns %}
        {% for word in of_persons if word in column %}
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
