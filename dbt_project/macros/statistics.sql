{# The statistics of shares, as SQL expressions of doubles. Each names where its formula comes from. #}

{# The 97.5th percentile of the normal distribution, for intervals at 95 %. #}
{% macro z_95() -%} 1.959963984540054 {%- endmacro %}

{# The nearest multiple of 1 ÷ `parts`, half up (towards +1, also below zero): 100 for hundredths, 20
   for steps of 0.05. #}
{% macro rounded(value, parts) -%}
    cast({{ half_up('(' ~ value ~ ') * ' ~ parts) }} as {{ type_double() }}) / {{ parts }}
{%- endmacro %}

{# The least and the greatest share that a share of `n` answers may stand for at 95 % (Wilson 1927);
   between 0 and 1, and never beyond the share itself. Null without a share, which greatest and least
   would pass over. #}
{% macro wilson_low(share, n) -%}
    case
        when {{ share }} is not null
            then
                greatest(
                    0,
                    least(
                        {{ share }}, {{ wilson_middle(share, n) }} - {{ wilson_reach(share, n) }}
                    )
                )
    end
{%- endmacro %}
{% macro wilson_high(share, n) -%}
    case
        when {{ share }} is not null
            then
                least(
                    1,
                    greatest(
                        {{ share }}, {{ wilson_middle(share, n) }} + {{ wilson_reach(share, n) }}
                    )
                )
    end
{%- endmacro %}
{% macro wilson_middle(share, n) -%}
    ({{ share }} + {{ z_95() }} * {{ z_95() }} / (2 * {{ n }})) / {{ wilson_divisor(n) }}
{%- endmacro %}
{% macro wilson_reach(share, n) -%}
    {{ z_95() }} * sqrt(
        {{ share }} * (1 - {{ share }}) / {{ n }}
        + {{ z_95() }} * {{ z_95() }} / (4 * {{ n }} * {{ n }})
    ) / {{ wilson_divisor(n) }}
{%- endmacro %}
{% macro wilson_divisor(n) -%} (1 + {{ z_95() }} * {{ z_95() }} / {{ n }}) {%- endmacro %}

{# A share of `n` answers moved to the middle by one for and one against (Agresti and Caffo 2000). #}
{% macro moderated(share, n) -%} (({{ n }} * {{ share }} + 1) / ({{ n }} + 2)) {%- endmacro %}

{# The standard error of the difference of two moderated shares. #}
{% macro error_of_difference(p1, n1, p2, n2) -%}
    sqrt(
        {{ p1 }} * (1 - {{ p1 }}) / ({{ n1 }} + 2)
        + {{ p2 }} * (1 - {{ p2 }}) / ({{ n2 }} + 2)
    )
{%- endmacro %}

{# The share of a normal distribution that lies as far from its middle as `distance` (≥ 0) or
   farther, on both sides: Abramowitz and Stegun 26.2.17, wrong by less than 1.5e-7. #}
{% macro two_sided_tail(distance) -%}
    {%- set t = '(1 / (1 + 0.2316419 * ' ~ distance ~ '))' -%}
    2 * 0.3989422804014327 * exp(-({{ distance }}) * ({{ distance }}) / 2) * {{ t }} * (
        0.319381530 + {{ t }} * (
            -0.356563782 + {{ t }} * (
                1.781477937 + {{ t }} * (-1.821255978 + {{ t }} * 1.330274429)
            )
        )
    )
{%- endmacro %}
