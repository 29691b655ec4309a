{# What PostgreSQL spells differently from DuckDB, whose spelling is the default in dialect.sql and
   dialect_work.sql. The database is to compare text by its code points (lc_collate C) and to know
   letters beyond ASCII (lc_ctype C.UTF-8), as DuckDB does. #}

{% macro postgres__try_date(value) -%}
    case when {{ value }} ~ '^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])' then cast({{ value }} as date) end
{%- endmacro %}

{% macro postgres__try_number(value) -%}
    case
        when {{ value }} ~ '^\s*[-+]?(\d+[.]?\d*|[.]\d+)([eE][-+]?\d+)?\s*$'
            then cast({{ value }} as double precision)
    end
{%- endmacro %}

{% macro postgres__extract_first(value, pattern) -%}
    nullif(substring({{ value }} from '{{ pattern }}'), '')
{%- endmacro %}

{% macro postgres__split_to_rows(relation, keep, text, separator) -%}
    select {{ keep | join(', ') }}, trim(piece) as part
    from {{ relation }}
    cross join lateral unnest(string_to_array({{ text }}, '{{ separator }}')) as pieces (piece)
    where trim(piece) <> ''
{%- endmacro %}

{% macro postgres__words_to_rows(relation, keep, text) -%}
    select distinct {{ keep | join(', ') }}, piece[1] as part
    from {{ relation }}
    cross join lateral regexp_matches(lower({{ text }}), '[[:alnum:]]+', 'g') as pieces (piece)
{%- endmacro %}

{% macro postgres__each_day(relation, keep, first, last, step) -%}
    select {{ keep | join(', ') }}, cast(moment as date) as day
    from {{ relation }}
    cross join lateral generate_series(
        cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval '{{ step }} days'
    ) as moments (moment)
{%- endmacro %}

{% macro postgres__type_double() -%} double precision {%- endmacro %}

{% macro postgres__count_rows(relation) -%} analyze {{ relation }} {%- endmacro %}
