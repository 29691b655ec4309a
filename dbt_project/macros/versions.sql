{# How raw versions become rows. Raw holds every version that a night saw; what was first seen
   after as_of does not exist yet, and what vanished after as_of still stands. #}

{# Versions of `frame` that as_of knows: known_gone_at is empty where gone_at lies after as_of.
   With `first_sight`, first_seen_at is the night that first saw the record. #}
{% macro known_versions(frame, first_sight=false) %}
    select
        versions.*,
        {% if first_sight %}
        min(versions.as_of) over (
            partition by versions.source, versions.record_key
        ) as first_seen_at,
        {% endif %}
        case when versions.gone_at <= {{ as_of() }} then versions.gone_at end as known_gone_at
    from {{ source('raw', frame) }} as versions
    where versions.as_of <= {{ as_of() }}
{% endmacro %}

{# One row a record of `frame`: its newest version, even if gone. Adds first_seen_at, unless told
   otherwise, and deleted_at: when it vanished, or when the complete key sweeps no longer held
   `swept_key`. #}
{% macro newest_version(frame, swept_key=none, first_sight=true) %}
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
        from ({{ known_versions(frame, first_sight) }}) as known
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
    from ({{ newest_version(frame, swept_key, first_sight=false) }}) as standing
    where standing.deleted_at is null
{% endmacro %}

{# The history of `frame` as the nights saw it: a row for each version and the days at whose end
   it was the newest one, [seen_from, seen_to). The first reaches back to the beginning. A version
   ends when it is gone, or when a newer one that stands was seen. A record that is gone has no row
   for those days, unless `through_gaps`: then a version ends only where the next begins. #}
{% macro seen_versions(frame, through_gaps=false) %}
    select
        effective.*,
        {% if through_gaps %}
        coalesce(
            lead(effective.seen_from) over (
                partition by effective.source, effective.record_key order by effective.seen_from
            ),
            {{ open_end() }}
        ) as seen_to
        {% else %}
        effective.end_day as seen_to
        {% endif %}
    from (
        select
            seen.*,
            case
                when row_number() over (
                    partition by seen.source, seen.record_key
                    order by seen.first_day, seen.end_day, seen.row_hash
                ) = 1 then {{ beginning() }}
                else seen.first_day
            end as seen_from
        from (
            select
                superseded.*,
                {{ utc_date('superseded.as_of') }} as first_day,
                least(
                    coalesce({{ utc_date('superseded.newer_as_of') }}, {{ open_end() }}),
                    coalesce({{ utc_date('superseded.known_gone_at') }}, {{ open_end() }})
                ) as end_day
            from (
                select
                    known.*,
                    min(case when known.known_gone_at is null then known.as_of end) over (
                        partition by known.source, known.record_key
                        order by known.version nulls first, known.as_of, known.row_hash
                        rows between 1 following and unbounded following
                    ) as newer_as_of
                from ({{ known_versions(frame, first_sight=true) }}) as known
            ) as superseded
        ) as seen
    ) as effective
    where effective.seen_from < effective.end_day
{% endmacro %}
