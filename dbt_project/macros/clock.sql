{# The run's clock. Nothing in a model asks the machine what time it is. #}

{# The instant that the run speaks for, as timestamptz. #}
{% macro as_of() -%}
    {%- if execute and not var('as_of') -%}
        {{ exceptions.raise_compiler_error(
            "The variable as_of is empty: give --vars '{as_of: \"2026-06-30T23:59:59.999999Z\"}'."
        ) }}
    {%- endif -%}
    cast('{{ var("as_of") }}' as timestamptz)
{%- endmacro %}

{# The day of as_of, UTC. #}
{% macro as_of_date() -%}
    {{ utc_date(as_of()) }}
{%- endmacro %}

{# Stands for "always before" and "not ended" in valid_from and valid_to. #}
{% macro beginning() -%} cast('1900-01-01' as date) {%- endmacro %}
{% macro open_end() -%} cast('2200-01-01' as date) {%- endmacro %}

{# Stands for an instant that the source does not give. #}
{% macro undated() -%} cast('1970-01-01T00:00:00Z' as timestamptz) {%- endmacro %}
