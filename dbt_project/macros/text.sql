{# An e-mail as identity compares it: lower case, trimmed, the +tag removed; null without an @. #}
{% macro normalised_email(value) -%}
    case
        when {{ value }} like '%@%'
            then {{ replace_first('lower(trim(' ~ value ~ '))', '[+][^@]*@', '@') }}
    end
{%- endmacro %}
