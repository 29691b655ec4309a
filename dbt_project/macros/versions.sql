{# How raw versions become rows. Raw holds every version that a night saw; what was first seen
   after as_of does not exist yet, and what vanished after as_of still stands. #}

{# Versions of `frame` that as_of knows: gone_at is cleared where it lies after as_of. #}
{% macro known_versions(frame) %}
    select
        versions.*,
        case when versions.gone_at <= {{ as_of() }} then versions.gone_at end as known_gone_at,
        min(versions.as_of) over (
            partition by versions.source, versions.record_key
        ) as first_seen_at
    from {{ source('raw', frame) }} as versions
    where versions.as_of <= {{ as_of() }}
{% endmacro %}

{# One row a record of `frame`: its newest version, even if gone. Adds first_seen_at, and
   deleted_at: when it vanished, or when the complete key sweeps no longer held `swept_key`. #}
{% macro newest_version(frame, swept_key=none) %}
    select
        newest.*,
        {% if swept_key %}
        coalesce(newest.known_gone_at, swept.gone_at) as deleted_at
        {% else %}
        newest.known_gone_at as deleted_at
        {% endif %}
    from (
        select
            known.*,
            row_number() over (
                partition by known.source, known.record_key
                order by
                    case when known.known_gone_at is null then 0 else 1 end,
                    known.version desc nulls last,
                    known.as_of desc,
                    known.row_hash desc
            ) as version_rank
        from ({{ known_versions(frame) }}) as known
    ) as newest
    {% if swept_key %}
    left join (
        select sweeps.source, sweeps.key, max(sweeps.known_gone_at) as gone_at
        from ({{ known_versions('key_sweeps') }}) as sweeps
        where sweeps.frame = '{{ frame }}'
        group by sweeps.source, sweeps.key
        having count(*) = count(sweeps.known_gone_at)
    ) as swept
        on newest.source = swept.source and newest.{{ swept_key }} = swept.key
    {% endif %}
    where newest.version_rank = 1
{% endmacro %}

{# One row a record of `frame` that stands. #}
{% macro standing_rows(frame, swept_key=none) %}
    select standing.*
    from ({{ newest_version(frame, swept_key) }}) as standing
    where standing.deleted_at is null
{% endmacro %}

{# The history of `frame` as the nights saw it: a row for each version and the days at whose end
   it was the newest one, [seen_from, seen_to). The first reaches back to the beginning. A record
   that is gone has no row for those days unless `through_gaps`. #}
{% macro seen_versions(frame, through_gaps=false) %}
    select
        seen.*,
        case
            when row_number() over (
                partition by seen.source, seen.record_key order by seen.first_day, seen.end_day
            ) = 1 then {{ beginning() }}
            else seen.first_day
        end as seen_from,
        seen.end_day as seen_to
    from (
        select
            ordered.*,
            {{ utc_date('ordered.as_of') }} as first_day,
            coalesce(
                least(
                    {{ utc_date('ordered.next_as_of') }}
                    {%- if not through_gaps %},
                    coalesce({{ utc_date('ordered.known_gone_at') }}, {{ open_end() }})
                    {%- endif %}
                ),
                {{ open_end() }}
            ) as end_day
        from (
            select
                known.*,
                min(known.as_of) over (
                    partition by known.source, known.record_key
                    order by known.version nulls first, known.as_of, known.row_hash
                    rows between 1 following and unbounded following
                ) as next_as_of
            from ({{ known_versions(frame) }}) as known
        ) as ordered
    ) as seen
    where seen.first_day < seen.end_day
{% endmacro %}
