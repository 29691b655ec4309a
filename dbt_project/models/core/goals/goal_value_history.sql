-- The values of a goal on each day: rebuilt from its changes where the source gives them, else as
-- the nights saw it, the first-seen version reaching back. A day's value is that of its end, UTC.
{% set fields = ['status', 'level', 'org_unit_ref', 'weight', 'starts_on', 'ends_on'] %}
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
    where field in ('status', 'level', 'org_unit_ref', 'weight', 'starts_on', 'ends_on')
),

said as (
    select
        goal_id,
        field,
        {{ beginning() }} as valid_from,
        from_value as said_value,
        false as is_now
    from ranked
    where rank_of_change = 1
    union all
    select
        goal_id,
        field,
        changed_on as valid_from,
        to_value as said_value,
        rank_from_last = 1 as is_now
    from ranked
    where rank_in_day = 1
),

spell as (
    select
        said.*,
        lead(valid_from) over (partition by goal_id, field order by valid_from) as valid_to
    from said
),

source_with_changes as (
    select distinct source
    from {{ ref('stg_goal_changes') }}
),

goal_of_source_with_changes as (
    select goals.*
    from {{ ref('stg_goals') }} as goals
    inner join source_with_changes on goals.source = source_with_changes.source
),

seen as (
    select versions.*
    from {{ ref('stg_goal_versions') }} as versions
    left join source_with_changes on versions.source = source_with_changes.source
    where source_with_changes.source is null
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
    case when rebuilt.had_other_status = 1 then rebuilt.other_status else goals.status end
        as status,
    case when rebuilt.had_other_level = 1 then rebuilt.other_level else goals.level end as level,
    case
        when rebuilt.had_other_org_unit_ref = 1 then rebuilt.other_org_unit_ref
        else goals.org_unit_ref
    end as org_unit_ref,
    case
        when rebuilt.had_other_weight = 1 then {{ try_number('rebuilt.other_weight') }}
        else goals.weight
    end as weight,
    case
        when rebuilt.had_other_starts_on = 1 then {{ try_date('rebuilt.other_starts_on') }}
        else goals.starts_on
    end as starts_on,
    case
        when rebuilt.had_other_ends_on = 1 then {{ try_date('rebuilt.other_ends_on') }}
        else goals.ends_on
    end as ends_on,
    false as is_assumed,
    rebuilt.day as valid_from,
    coalesce(
        lead(rebuilt.day) over (partition by rebuilt.goal_id order by rebuilt.day),
        {{ open_end() }}
    ) as valid_to
from rebuilt
inner join goal_of_source_with_changes as goals on rebuilt.goal_id = goals.goal_id
union all
select
    goal_id,
    source,
    {{ fields | join(', ') }},
    true as is_assumed,
    seen_from as valid_from,
    least(first_seen_on, seen_to) as valid_to
from seen
where seen_from < first_seen_on
union all
select
    goal_id,
    source,
    {{ fields | join(', ') }},
    false as is_assumed,
    greatest(seen_from, first_seen_on) as valid_from,
    seen_to as valid_to
from seen
where first_seen_on < seen_to
