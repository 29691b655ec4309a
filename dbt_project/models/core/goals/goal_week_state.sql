-- A row a goal and judged week in which it exists: whether it is active or ended on the judged
-- day, and whose it is (readings G1, G3, G5, G9).
with judged as (
    select
        goals.goal_id,
        goals.source,
        weeks.week_start,
        weeks.judged_on,
        weeks.is_partial,
        history.level,
        history.org_unit_ref_id,
        history.active_from,
        history.active_from <= weeks.judged_on
        and weeks.judged_on <= history.active_to
        and coalesce(history.status not in ('draft', 'cancelled'), true) as is_active,
        history.active_from <= weeks.judged_on
        and coalesce(history.status <> 'draft', true) as has_begun
    from {{ ref('stg_goals') }} as goals
    inner join {{ ref('judged_week') }} as weeks on weeks.judged_on < goals.exists_until
    inner join {{ ref('dim_goal_history') }} as history
        on
            goals.goal_id = history.goal_id
            and history.valid_from <= weeks.judged_on
            and weeks.judged_on < history.valid_to
),

owner as (
    select
        judged.goal_id,
        judged.week_start,
        judged.judged_on,
        min(owners.owner_person_id) as person_id,
        min(owners.owner_org_unit_id) as org_unit_id
    from judged
    inner join {{ ref('goal_owner') }} as owners
        on
            judged.goal_id = owners.goal_id
            and owners.valid_from <= judged.judged_on
            and judged.judged_on < owners.valid_to
    where judged.org_unit_ref_id is null
    group by judged.goal_id, judged.week_start, judged.judged_on
),

owning_unit as (
    select
        owner.goal_id,
        owner.week_start,
        coalesce(seat.org_unit_id, owner.org_unit_id) as org_unit_id
    from owner
    left join {{ ref('fct_seat') }} as seat
        on
            owner.person_id = seat.person_id
            and seat.is_primary_seat
            and seat.valid_from <= owner.judged_on
            and owner.judged_on < seat.valid_to
)

select
    judged.goal_id,
    judged.source,
    judged.week_start,
    judged.judged_on,
    judged.is_partial,
    judged.level,
    coalesce(judged.org_unit_ref_id, owning_unit.org_unit_id) as org_unit_id,
    judged.active_from,
    judged.is_active,
    judged.has_begun and not judged.is_active as is_ended,
    top_goals.goal_id is not null as is_listed_top
from judged
left join owning_unit
    on judged.goal_id = owning_unit.goal_id and judged.week_start = owning_unit.week_start
left join {{ ref('stg_top_goals') }} as top_goals on judged.goal_id = top_goals.goal_id
