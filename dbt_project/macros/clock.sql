{# The run's clock. Nothing in a model asks the machine what time it is. #}

{# The instant that the run speaks for, in ISO 8601: the variable as_of or, where it is empty,
   ALIGNMART_AS_OF of the environment. A night gives the latter, and it is only looked at when a
   query is made: a variable that changes every night would make dbt parse the project every night. #}
{% macro as_of_text() -%}
    {%- if execute -%}
        {%- set instant = var('as_of') or env_var('ALIGNMART_AS_OF', '') -%}
        {%- if not instant -%}
            {{ exceptions.raise_compiler_error(
                "No as_of is given: set ALIGNMART_AS_OF, or give --vars '{as_of: ISO_INSTANT}'."
            ) }}
        {%- endif -%}
        {{- instant -}}
    {%- endif -%}
{%- endmacro %}

{# The same as timestamptz. #}
{% macro as_of() -%} cast('{{ as_of_text() }}' as timestamptz) {%- endmacro %}

{# The day of as_of, UTC. #}
{% macro as_of_date() -%}
    {{ utc_date(as_of()) }}
{%- endmacro %}

{# Stands for "always before" and "not ended" in valid_from and valid_to. #}
{% macro beginning() -%} cast('1900-01-01' as date) {%- endmacro %}
{% macro open_end() -%} cast('2200-01-01' as date) {%- endmacro %}

{# Stands for an instant that the source does not give. #}
{% macro undated() -%} cast('1970-01-01T00:00:00Z' as timestamptz) {%- endmacro %}
