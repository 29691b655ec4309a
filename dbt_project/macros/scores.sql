{# What is more than the whole counts as the whole, and less than nothing as nothing; null stays. #}
{% macro clamped(share) -%}
    case when {{ share }} is not null then least(1.0, greatest(0.0, {{ share }})) end
{%- endmacro %}

{# The mean of the values that are not null, whatever the order in which an engine adds; null
   where there is none. #}
{% macro exact_mean(value) -%} {{ exact_sum(value) }} / nullif(count({{ value }}), 0) {%- endmacro %}

{# A measure as it is compared with a bound: to 9 places, which takes away what adding broken numbers
   leaves behind. Beyond a million every bound is passed. #}
{% macro comparable(measure) -%}
    cast(
        case when {{ measure }} is not null then least(1e6, greatest(-1e6, {{ measure }})) end
        as decimal(18, 9)
    )
{%- endmacro %}
