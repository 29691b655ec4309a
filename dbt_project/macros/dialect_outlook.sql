{# What the outlook needs of an engine. #}

{# The probability that a value comes out on the good side of a mark, within 0.02 and 0.98. `gain` is
   by how much its median lies there (negative: by how much it falls short), `reach` how far the 80 %
   interval goes from the median on the mark's side. The distribution is a logistic one on either
   side of the median; ln 9 of its scales hold 40 %. Without any spread only the median counts. #}
{% macro probability_beyond(gain, reach) -%}
    case
        when {{ reach }} > 0
            then
                least(0.98, greatest(0.02, 1 / (1 + exp(
                    -least(20, greatest(-20, 2.1972245773362196 * {{ gain }} / {{ reach }}))
                ))))
        when {{ gain }} >= 0 then 0.98
        when {{ gain }} < 0 then 0.02
    end
{%- endmacro %}
