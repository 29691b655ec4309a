{# Composites of parts that may be missing. #}

{# the mean of those of `parts` that are not null -> double; null where all are #}
{% macro mean_of(parts) -%}
    ({% for part in parts %}coalesce({{ part }}, 0){{ ' + ' if not loop.last }}{% endfor %})
    / cast(nullif(
        {% for part in parts %}case when {{ part }} is null then 0 else 1 end{{ ' + ' if not loop.last }}{% endfor %}, 0
    ) as {{ type_double() }})
{%- endmacro %}

{# the names of those of `parts` (a list of pairs: name, expression) that are not null, joined by
   commas -> text; empty where all are null #}
{% macro names_of_present(parts) -%}
    substr(
        {% for name, part in parts %}case when {{ part }} is null then '' else ',{{ name }}' end{{ ' || ' if not loop.last }}{% endfor %},
        2
    )
{%- endmacro %}

{# how many of `parts` (a list of pairs: name, expression) are not null -> bigint #}
{% macro count_of_present(parts) -%}
    ({% for name, part in parts %}case when {{ part }} is null then 0 else 1 end{{ ' + ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# the mean of `parts` (a list of pairs: a column of `part`, whether it has bounds) -> double; null
   where one is null. With a `bound` (_low, _high) that of each part that has one. #}
{% macro mean_of_all(parts, bound='') -%}
    (
        {%- for name, is_bounded in parts %}
        {% if bound and is_bounded -%} coalesce(part.{{ name }}{{ bound }}, part.{{ name }})
        {%- else -%} part.{{ name }} {%- endif %}{{ ' +' if not loop.last }}
        {%- endfor %}
    ) / cast({{ parts | length }} as {{ type_double() }})
{%- endmacro %}

{# whether a group's values of `value` differ, at 9 places -> boolean #}
{% macro varies(value) -%}
    max(cast({{ value }} as decimal(38, 9))) > min(cast({{ value }} as decimal(38, 9)))
{%- endmacro %}

{# the sum of `value` over the rows of a window's `partition`, the same in whatever order -> double #}
{% macro exact_sum_over(value, partition) -%}
    cast(
        sum(cast({{ value }} as decimal(38, 18))) over (partition by {{ partition }})
        as {{ type_double() }}
    )
{%- endmacro %}
