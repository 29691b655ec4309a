{# Spellings that the models of work and effort need beside those of dialect.sql, each behind a
   dispatched macro. #}

{# A query with a row for every `step`-th day from `first` to `last`, both dates of `relation` and
   both included, as `day`, beside the columns `keep`. #}
{% macro each_day(relation, keep, first, last, step=1) -%} {{ return(adapter.dispatch('each_day')(relation, keep, first, last, step)) }} {%- endmacro %}
{% macro default__each_day(relation, keep, first, last, step) -%}
    select
        {{ keep | join(', ') }},
        cast(
            unnest(generate_series({{ first }}, {{ last }}, interval '{{ step }} days')) as date
        ) as day
    from {{ relation }}
    where {{ first }} <= {{ last }}
{%- endmacro %}

{# the last instant before another -> timestamptz #}
{% macro just_before(instant) -%} {{ return(adapter.dispatch('just_before')(instant)) }} {%- endmacro %}
{% macro default__just_before(instant) -%} ({{ instant }} - interval '1 microsecond') {%- endmacro %}

{# A sum of doubles that does not depend on the order in which an engine adds: in decimals of
   18 places. #}
{% macro exact_sum(value) -%} {{ return(adapter.dispatch('exact_sum')(value)) }} {%- endmacro %}
{% macro default__exact_sum(value) -%}
    cast(sum(cast({{ value }} as decimal(38, 18))) as {{ type_double() }})
{%- endmacro %}

{# Whole days, half up. The cast to 9 places takes away what adding broken numbers leaves behind,
   so that two halves of a day are a day. #}
{% macro half_up(days) -%} floor(cast({{ days }} as decimal(38, 9)) + 0.5) {%- endmacro %}
