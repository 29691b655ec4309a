-- The values of a goal on each day: rebuilt from its changes where the source gives them, else as
-- the nights saw it, the first-seen version reaching back. A day's value is that of its end, UTC.
{% set fields = {
    'status': 'text', 'level': 'text', 'org_unit_ref': 'text',
    'weight': 'number', 'starts_on': 'date', 'ends_on': 'date',
} %}
with ranked as (
    select
        goal_id,
        field,
        changed_on,
        from_value,
        to_value,
        row_number() over (
            partition by goal_id, field order by changed_at, change_id
        ) as rank_of_change,
        row_number() over (
            partition by goal_id, field order by changed_at desc, change_id desc
        ) as rank_from_last,
        row_number() over (
            partition by goal_id, field, changed_on order by changed_at desc, change_id desc
        ) as rank_in_day
    from {{ ref('stg_goal_changes') }}
    where field in ('{{ fields | join("', '") }}')
),

said as (
    select goal_id, field, {{ beginning() }} as valid_from, from_value as said_value, false as is_now
    from ranked
    where rank_of_change = 1
    union all
    select goal_id, field, changed_on, to_value, rank_from_last = 1
    from ranked
    where rank_in_day = 1
),

spell as (
    select
        said.*,
        lead(valid_from) over (partition by goal_id, field order by valid_from) as valid_to
    from said
),

goal_of_source_with_changes as (
    select goals.*
    from {{ ref('stg_goals') }} as goals
    where goals.source in (select changes.source from {{ ref('stg_goal_changes') }} as changes)
),

boundary as (
    select goal_id, {{ beginning() }} as day from goal_of_source_with_changes
    union
    select goal_id, valid_from as day from said
),

rebuilt as (
    select
        boundary.goal_id,
        boundary.day,
        {% for field in fields %}
        max(case when spell.field = '{{ field }}' then 1 else 0 end) as had_other_{{ field }},
        max(case when spell.field = '{{ field }}' then spell.said_value end) as other_{{ field }}
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from boundary
    left join spell
        on
            boundary.goal_id = spell.goal_id
            and not spell.is_now
            and spell.valid_from <= boundary.day
            and boundary.day < spell.valid_to
    group by boundary.goal_id, boundary.day
)

select
    goals.goal_id,
    goals.source,
    {% for field, kind in fields.items() %}
    case
        when rebuilt.had_other_{{ field }} = 1
            then
            {%- if kind == 'date' %} {{ try_date('rebuilt.other_' ~ field) }}
            {%- elif kind == 'number' %} {{ try_number('rebuilt.other_' ~ field) }}
            {%- else %} rebuilt.other_{{ field }}
            {%- endif %}
        else goals.{{ field }}
    end as {{ field }},
    {% endfor %}
    false as is_assumed,
    rebuilt.day as valid_from,
    coalesce(
        lead(rebuilt.day) over (partition by rebuilt.goal_id order by rebuilt.day),
        {{ open_end() }}
    ) as valid_to
from rebuilt
inner join goal_of_source_with_changes as goals on rebuilt.goal_id = goals.goal_id
union all
{% for assumed in [true, false] %}
select
    goal_id,
    source,
    {{ fields | join(', ') }},
    {{ assumed }} as is_assumed,
    {% if assumed %}
    seen_from as valid_from,
    least(first_seen_on, seen_to) as valid_to
    {% else %}
    greatest(seen_from, first_seen_on) as valid_from,
    seen_to as valid_to
    {% endif %}
from {{ ref('stg_goal_versions') }}
where
    source not in (select changes.source from {{ ref('stg_goal_changes') }} as changes)
    and {{ 'seen_from < first_seen_on' if assumed else 'first_seen_on < seen_to' }}
{% if assumed %}
union all
{% endif %}
{% endfor %}
