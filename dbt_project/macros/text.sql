{# An e-mail as identity compares it: lower case, trimmed, the +tag removed; null without an @. #}
{% macro normalised_email(value) -%}
    case
        when {{ value }} like '%@%'
            then {{ replace_first('lower(trim(' ~ value ~ '))', '[+][^@]*@', '@') }}
    end
{%- endmacro %}

{# The id that a reference of `source` means: a plain key is one of that source, `source:key` names
   another. #}
{% macro referenced_id(source, reference) -%}
    case
        when {{ reference }} like '%:%' then {{ reference }}
        else {{ source }} || ':' || {{ reference }}
    end
{%- endmacro %}
