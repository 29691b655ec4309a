{# What database engines spell differently, each behind a dispatched macro. The default is the
   spelling of DuckDB; another engine adds `<engine>__<name>`. #}

{# date + whole days -> date #}
{% macro date_add_days(day, days) -%} {{ return(adapter.dispatch('date_add_days')(day, days)) }} {%- endmacro %}
{% macro default__date_add_days(day, days) -%} cast({{ day }} + cast({{ days }} as integer) as date) {%- endmacro %}

{# date + whole months -> date #}
{% macro add_months(day, months) -%} {{ return(adapter.dispatch('add_months')(day, months)) }} {%- endmacro %}
{% macro default__add_months(day, months) -%} cast({{ day }} + cast({{ months }} as integer) * interval '1 month' as date) {%- endmacro %}

{# whole days from the first date to the second -> bigint #}
{% macro days_between(from_day, to_day) -%} {{ return(adapter.dispatch('days_between')(from_day, to_day)) }} {%- endmacro %}
{% macro default__days_between(from_day, to_day) -%} cast({{ to_day }} - {{ from_day }} as bigint) {%- endmacro %}

{# the Monday of a date's week -> date #}
{% macro week_start(day) -%} {{ return(adapter.dispatch('week_start')(day)) }} {%- endmacro %}
{% macro default__week_start(day) -%} cast(date_trunc('week', {{ day }}) as date) {%- endmacro %}

{# the ISO year of a date -> bigint #}
{% macro iso_year(day) -%} {{ return(adapter.dispatch('iso_year')(day)) }} {%- endmacro %}
{% macro default__iso_year(day) -%} cast(extract(isoyear from {{ day }}) as bigint) {%- endmacro %}

{# 1 for Monday to 7 for Sunday -> bigint #}
{% macro iso_weekday(day) -%} {{ return(adapter.dispatch('iso_weekday')(day)) }} {%- endmacro %}
{% macro default__iso_weekday(day) -%} cast(extract(isodow from {{ day }}) as bigint) {%- endmacro %}

{# the date of an instant in an IANA time zone (a column or a quoted name) -> date #}
{% macro local_date(instant, time_zone) -%} {{ return(adapter.dispatch('local_date')(instant, time_zone)) }} {%- endmacro %}
{% macro default__local_date(instant, time_zone) -%} cast({{ instant }} at time zone {{ time_zone }} as date) {%- endmacro %}

{# the instant at which a date begins in an IANA time zone -> timestamptz #}
{% macro local_midnight(day, time_zone) -%} {{ return(adapter.dispatch('local_midnight')(day, time_zone)) }} {%- endmacro %}
{% macro default__local_midnight(day, time_zone) -%} (cast({{ day }} as timestamp) at time zone {{ time_zone }}) {%- endmacro %}

{# the UTC date of an instant -> date #}
{% macro utc_date(instant) -%} {{ local_date(instant, "'UTC'") }} {%- endmacro %}

{# instant + hours (may be broken) -> timestamptz #}
{% macro add_hours(instant, hours) -%} {{ return(adapter.dispatch('add_hours')(instant, hours)) }} {%- endmacro %}
{% macro default__add_hours(instant, hours) -%} ({{ instant }} + cast(round({{ hours }} * 3600) as integer) * interval '1 second') {%- endmacro %}

{# text read as a date or a number; null where it is none #}
{% macro try_date(value) -%} {{ return(adapter.dispatch('try_date')(value)) }} {%- endmacro %}
{% macro default__try_date(value) -%} try_cast({{ value }} as date) {%- endmacro %}
{% macro try_number(value) -%} {{ return(adapter.dispatch('try_number')(value)) }} {%- endmacro %}
{% macro default__try_number(value) -%} try_cast({{ value }} as double) {%- endmacro %}

{# text with the first match of a pattern replaced #}
{% macro replace_first(value, pattern, replacement) -%} {{ return(adapter.dispatch('replace_first')(value, pattern, replacement)) }} {%- endmacro %}
{% macro default__replace_first(value, pattern, replacement) -%} regexp_replace({{ value }}, '{{ pattern }}', '{{ replacement }}') {%- endmacro %}

{# the part of a text that a pattern's first group matches; null where it does not match #}
{% macro extract_first(value, pattern) -%} {{ return(adapter.dispatch('extract_first')(value, pattern)) }} {%- endmacro %}
{% macro default__extract_first(value, pattern) -%} nullif(regexp_extract({{ value }}, '{{ pattern }}', 1), '') {%- endmacro %}

{# A query with a row per trimmed, non-empty part of `text` (a column of `relation`), split at
   `separator`, as `part`, beside the columns `keep`. Parts may repeat. #}
{% macro split_to_rows(relation, keep, text, separator=';') -%} {{ return(adapter.dispatch('split_to_rows')(relation, keep, text, separator)) }} {%- endmacro %}
{% macro default__split_to_rows(relation, keep, text, separator) -%}
    select {{ keep | join(', ') }}, trim(piece) as part
    from (
        select {{ keep | join(', ') }}, unnest(string_split({{ text }}, '{{ separator }}')) as piece
        from {{ relation }}
        where {{ text }} is not null
    ) as pieces
    where trim(piece) <> ''
{%- endmacro %}

{# A query with the distinct words (runs of lower-case letters and digits) of `text`, one row each
   as `part`, beside the columns `keep`. #}
{% macro words_to_rows(relation, keep, text) -%} {{ return(adapter.dispatch('words_to_rows')(relation, keep, text)) }} {%- endmacro %}
{% macro default__words_to_rows(relation, keep, text) -%}
    select distinct {{ keep | join(', ') }}, piece as part
    from (
        select {{ keep | join(', ') }},
            unnest(regexp_extract_all(lower({{ text }}), '[\p{L}\p{N}]+')) as piece
        from {{ relation }}
        where {{ text }} is not null
    ) as pieces
{%- endmacro %}

{# Joins the two terms of a recursive query: without duplicates where the engine can, which ends
   walks over cycles. #}
{% macro recursive_union() -%} {{ return(adapter.dispatch('recursive_union')()) }} {%- endmacro %}
{% macro default__recursive_union() -%} union {%- endmacro %}

{# the type of a double-precision number #}
{% macro type_double() -%} {{ return(adapter.dispatch('type_double')()) }} {%- endmacro %}
{% macro default__type_double() -%} double {%- endmacro %}

{# What an engine needs after a table is written to plan its next queries well; nothing for those
   that count as they write. #}
{% macro count_rows(relation) -%} {{ return(adapter.dispatch('count_rows')(relation)) }} {%- endmacro %}
{% macro default__count_rows(relation) -%} {%- endmacro %}
