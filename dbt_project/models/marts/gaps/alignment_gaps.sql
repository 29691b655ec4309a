-- What to mend first: a row a gap that is there or was, with the effort at stake (readings N1, N2).
with initiative as (
    select
        initiatives.initiative_id,
        initiatives.title,
        initiatives.org_unit_id,
        case
            when state.n_workers_90d >= {{ var('minimum_group_effort') }}
                then cast({{ half_up('state.person_days_90d') }} as {{ type_double() }})
        end as person_days_90d
    from {{ ref('dim_initiative') }} as initiatives
    left join {{ ref('initiative_state') }} as state
        on initiatives.initiative_id = state.initiative_id
),

metric_unit as (
    select metrics.metric_id, seat.org_unit_id
    from {{ ref('dim_metric') }} as metrics
    inner join {{ ref('fct_seat') }} as seat
        on
            metrics.owner_person_id = seat.person_id
            and seat.is_primary_seat
            and seat.valid_from <= {{ as_of_date() }}
            and seat.valid_to > {{ as_of_date() }}
),

described as (
    select
        gap.*,
        kinds.subject_type,
        kinds.weight,
        kinds.suggestion,
        coalesce(goals.title, initiative.title, metrics.name, units.name) as subject_title,
        coalesce(
            goals.org_unit_id, initiative.org_unit_id, metric_unit.org_unit_id, units.org_unit_id
        ) as org_unit_id,
        goals.owner_label,
        coalesce(triad.effort_person_days_90d, initiative.person_days_90d) as person_days_90d
    from {{ ref('gap') }} as gap
    inner join {{ ref('gap_kind') }} as kinds on gap.kind = kinds.kind
    left join {{ ref('dim_goal') }} as goals
        on kinds.subject_type = 'goal' and gap.subject_id = goals.goal_id
    left join {{ ref('goal_triad') }} as triad on goals.goal_id = triad.goal_id
    left join initiative
        on kinds.subject_type = 'initiative' and gap.subject_id = initiative.initiative_id
    left join {{ ref('dim_metric') }} as metrics
        on kinds.subject_type = 'metric' and gap.subject_id = metrics.metric_id
    left join metric_unit on metrics.metric_id = metric_unit.metric_id
    left join {{ ref('dim_org_unit') }} as units
        on kinds.subject_type = 'unit' and gap.subject_id = units.org_unit_id
)

select
    described.gap_id,
    described.kind,
    described.subject_type,
    described.subject_id,
    described.subject_title,
    described.org_unit_id,
    described.since,
    described.person_days_90d as effort_person_days_90d,
    described.weight
    * (0.5 + 0.5 * least(1, coalesce(described.person_days_90d, 0) / 200)) as severity,
    described.suggestion,
    coalesce(
        described.owner_label,
        case
            when described.subject_type in ('goal', 'unit') then 'head of ' || units.name
            else units.name
        end
    ) as who_could_act,
    described.is_open,
    described.first_seen,
    described.resolved_on
from described
left join {{ ref('dim_org_unit') }} as units on described.org_unit_id = units.org_unit_id
