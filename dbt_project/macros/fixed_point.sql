{# Small groups: which cells of a tree of units must be hidden so that none can be worked out from
   the others (readings F1, F4, F5). A pattern is a table that a model makes, with the units hidden
   first; `settle_pattern`, its post-hook, hides more until nothing can be worked out. The same
   statements serve the patterns of survey waves and of weeks, which differ in their inputs alone.

   The pattern's table: pattern_id (what one pattern is for: a wave, a week), unit_id, parent_id,
   depth (0 for a root), size (the least of the unit's counts over the kinds), is_hidden,
   hidden_in_round (0 where hidden first, null where shown), shown_unit_id and is_thin (both null to
   begin with). The pieces: pattern_id, kind (what is counted), unit_id (the direct unit), person_key,
   n_people, favourable_sum; as `pattern_pieces` makes them. #}

{# Hides, in the table `pattern`, what must be hidden beside what is hidden first, and leaves in
   shown_unit_id the next shown unit at or above each. With `keeps_open`, what hidden units answered
   stays open too (F5): their people must each be of one unit.

   Every round hides a unit below each of the deepest thin rests of every pattern at once. A round
   hides at least one unit, so that the rounds are fewer than the units of the largest pattern. #}
{% macro settle_pattern(pattern, pieces, minimum, keeps_open=false) %}
    {% if execute %}
        {% do run_query(find_shown_units(pattern)) %}
        {% set progress = namespace(is_settled=false) %}
        {% for round in range(1, 10000) %}
            {% do run_query(judge_rests(pattern, pieces, minimum, keeps_open, round)) %}
            {% do run_query(hide_smallest(pattern, round)) %}
            {% set hidden = run_query(
                'select count(*) from ' ~ pattern ~ ' where hidden_in_round = ' ~ round
            ) %}
            {% if hidden.columns[0].values()[0] == 0 %}
                {% set progress.is_settled = true %}
                {% break %}
            {% endif %}
            {% do run_query(move_rests(pattern, round)) %}
        {% endfor %}
        {% if not progress.is_settled %}
            {{ exceptions.raise_compiler_error(pattern ~ ': not settled after 9,999 rounds.') }}
        {% endif %}
    {% endif %}
{% endmacro %}

{# Of each unit the next shown one at or above it: whose rest its direct members are in. #}
{% macro find_shown_units(pattern) %}
    update {{ pattern }} as unit
    set shown_unit_id = near.shown_unit_id
    from (
        with recursive near as (
            select shown.pattern_id, shown.unit_id, shown.unit_id as shown_unit_id
            from {{ pattern }} as shown
            where not shown.is_hidden
            union all
            select below.pattern_id, below.unit_id, near.shown_unit_id
            from near
            inner join {{ pattern }} as below
                on
                    near.pattern_id = below.pattern_id
                    and near.unit_id = below.parent_id
                    and below.is_hidden
        )

        select near.pattern_id, near.unit_id, near.shown_unit_id
        from near
    ) as near
    where unit.pattern_id = near.pattern_id and unit.unit_id = near.unit_id
{% endmacro %}

{# Judges the rests that the last round changed (in the first round, all): thin is one of too few
   people, while there is something left to hide below it, or one that tells too much. #}
{% macro judge_rests(pattern, pieces, minimum, keeps_open, round) %}
    update {{ pattern }} as unit
    set is_thin = judged.is_thin
    from (
        with recursive due as (
            {% if round == 1 %}
            select shown.pattern_id, shown.unit_id
            from {{ pattern }} as shown
            where not shown.is_hidden
            {% else %}
            select distinct changed.pattern_id, changed.shown_unit_id as unit_id
            from {{ pattern }} as changed
            where changed.hidden_in_round = {{ round - 1 }} and changed.shown_unit_id is not null
            {% endif %}
        ),

        member as (
            select due.pattern_id, due.unit_id, unit.unit_id as member_id
            from due
            inner join {{ pattern }} as unit
                on due.pattern_id = unit.pattern_id and due.unit_id = unit.shown_unit_id
        ),

        rest as (
            select
                member.pattern_id,
                member.unit_id,
                piece.kind,
                {{ people_of_pieces('piece') }} as n_people,
                {{ exact_sum('piece.favourable_sum') }} as favourable_sum
            from member
            inner join {{ pieces }} as piece
                on member.pattern_id = piece.pattern_id and member.member_id = piece.unit_id
            group by member.pattern_id, member.unit_id, piece.kind
        ),

        parental as (
            select distinct member.pattern_id, member.unit_id
            from member
            inner join {{ pattern }} as below
                on
                    member.pattern_id = below.pattern_id
                    and member.member_id = below.parent_id
                    and not below.is_hidden
        ),

        {% if keeps_open %}
        {{ told_rests(pattern, pieces, minimum) }},
        {% endif %}

        small as (
            select rest.pattern_id, rest.unit_id
            from rest
            inner join parental
                on rest.pattern_id = parental.pattern_id and rest.unit_id = parental.unit_id
            where rest.n_people between 1 and {{ minimum }} - 1
        ),

        thin as (
            select pattern_id, unit_id
            from small
            union
            select pattern_id, unit_id
            from {% if keeps_open %}told{% else %}small{% endif %}
        )

        select due.pattern_id, due.unit_id, thin.unit_id is not null as is_thin
        from due
        left join thin on due.pattern_id = thin.pattern_id and due.unit_id = thin.unit_id
    ) as judged
    where unit.pattern_id = judged.pattern_id and unit.unit_id = judged.unit_id
{% endmacro %}

{# Queries of `judge_rests` that end in `told`: the rests from which the answers of a part of them
   can be told. A part is the shown unit's direct members, or a hidden unit with the hidden ones
   below it, of fewer than the minimum of people; m of its rest's n people whose shares sum to s have
   between greatest(0, s − (n − m)) and least(m, s) of it. Compared at 9 places, below which adding
   in another order shows. #}
{% macro told_rests(pattern, pieces, minimum) -%}
    hidden_part as (
            select
                unit.pattern_id,
                unit.shown_unit_id as unit_id,
                unit.unit_id as part_id,
                unit.parent_id,
                unit.unit_id as member_id
            from due
            inner join {{ pattern }} as unit
                on due.pattern_id = unit.pattern_id and due.unit_id = unit.shown_unit_id
            where unit.is_hidden
            union all
            select
                part.pattern_id, part.unit_id, above.unit_id, above.parent_id, part.member_id
            from hidden_part as part
            inner join {{ pattern }} as above
                on
                    part.pattern_id = above.pattern_id
                    and part.parent_id = above.unit_id
                    and above.is_hidden
        ),

        part as (
            select pattern_id, unit_id, part_id, member_id
            from hidden_part
            union all
            select pattern_id, unit_id, unit_id as part_id, unit_id as member_id
            from due
        ),

        peopled_part as (
            select
                part.pattern_id,
                part.unit_id,
                piece.kind,
                {{ people_of_pieces('piece') }} as n_people
            from part
            inner join {{ pieces }} as piece
                on part.pattern_id = piece.pattern_id and part.member_id = piece.unit_id
            group by part.pattern_id, part.unit_id, part.part_id, piece.kind
        ),

        told as (
            select distinct rest.pattern_id, rest.unit_id
            from rest
            inner join peopled_part as part
                on
                    rest.pattern_id = part.pattern_id
                    and rest.unit_id = part.unit_id
                    and rest.kind = part.kind
            where
                rest.favourable_sum is not null
                and part.n_people between 1 and {{ minimum }} - 1
                and part.n_people < rest.n_people
                and cast(
                    (
                        least(part.n_people, rest.favourable_sum)
                        - greatest(0, rest.favourable_sum - (rest.n_people - part.n_people))
                    ) / part.n_people as decimal(38, 9)
                ) < 0.25
        )
{%- endmacro %}

{# Hides, of the deepest thin rests of each pattern, the smallest of the next shown units below;
   where none is left, the unit itself. #}
{% macro hide_smallest(pattern, round) %}
    update {{ pattern }} as unit
    set is_hidden = true, hidden_in_round = {{ round }}, is_thin = false
    from (
        with ranked as (
            select
                thin.pattern_id,
                thin.unit_id,
                thin.depth,
                max(thin.depth) over (partition by thin.pattern_id) as greatest_depth
            from {{ pattern }} as thin
            where thin.is_thin
        ),

        deepest as (
            select pattern_id, unit_id
            from ranked
            where depth = greatest_depth
        ),

        next_shown as (
            select
                deepest.pattern_id,
                deepest.unit_id,
                below.unit_id as below_id,
                row_number() over (
                    partition by deepest.pattern_id, deepest.unit_id
                    order by below.size, below.unit_id
                ) as place
            from deepest
            inner join {{ pattern }} as member
                on
                    deepest.pattern_id = member.pattern_id
                    and deepest.unit_id = member.shown_unit_id
            inner join {{ pattern }} as below
                on
                    member.pattern_id = below.pattern_id
                    and member.unit_id = below.parent_id
                    and not below.is_hidden
        )

        select deepest.pattern_id, coalesce(next_shown.below_id, deepest.unit_id) as unit_id
        from deepest
        left join next_shown
            on
                deepest.pattern_id = next_shown.pattern_id
                and deepest.unit_id = next_shown.unit_id
                and next_shown.place = 1
    ) as smallest
    where unit.pattern_id = smallest.pattern_id and unit.unit_id = smallest.unit_id
{% endmacro %}

{# Adds the rests of the units hidden in this round to those of the next shown units above. #}
{% macro move_rests(pattern, round) %}
    update {{ pattern }} as unit
    set shown_unit_id = moved.shown_unit_id
    from (
        select hidden.pattern_id, hidden.unit_id, above.shown_unit_id
        from {{ pattern }} as hidden
        left join {{ pattern }} as above
            on hidden.pattern_id = above.pattern_id and hidden.parent_id = above.unit_id
        where hidden.hidden_in_round = {{ round }}
    ) as moved
    where unit.pattern_id = moved.pattern_id and unit.shown_unit_id = moved.unit_id
{% endmacro %}

{# Distinct people of a group of pieces. #}
{% macro people_of_pieces(piece) -%}
    cast(
        coalesce(sum(case when {{ piece }}.person_key is null then {{ piece }}.n_people end), 0)
        + count(distinct {{ piece }}.person_key) as bigint
    )
{%- endmacro %}

{# The pieces of `members`, a query's name or relation with a row a person, kind and direct unit:
   pattern_id, kind, unit_id, person_key, favourable (the person's share; null where not asked). Who
   is of one unit is counted with the others of it; who is of several keeps a row for each, so that a
   rest counts them once. #}
{% macro pattern_pieces(members) -%}
    select
        placed.pattern_id,
        placed.kind,
        placed.unit_id,
        placed.shared_key as person_key,
        count(*) as n_people,
        {{ exact_sum('placed.favourable') }} as favourable_sum
    from (
        select
            member.pattern_id,
            member.kind,
            member.unit_id,
            member.favourable,
            case
                when
                    count(*) over (
                        partition by member.pattern_id, member.kind, member.person_key
                    ) > 1
                    then member.person_key
            end as shared_key
        from {{ members }} as member
    ) as placed
    group by placed.pattern_id, placed.kind, placed.unit_id, placed.shared_key
{%- endmacro %}
