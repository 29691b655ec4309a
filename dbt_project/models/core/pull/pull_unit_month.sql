-- The parts of a unit's pull, by month and basis, whether shown or not (readings H1 to H3).
with origin as (
    select
        goal.org_unit_id,
        goal.month_start,
        goal.org_basis,
        count(*) as n_goals,
        count(origins.origin) as n_known,
        count(case when origins.origin = 'self_set' then 1 end) as n_self_set,
        count(case when origins.origin = 'negotiated' then 1 end) as n_negotiated,
        count(case when origins.origin <> 'assigned' then 1 end) as n_not_assigned
    from {{ ref('goal_unit_month') }} as goal
    inner join {{ ref('goal_origin_month') }} as origins
        on goal.goal_id = origins.goal_id and goal.month_start = origins.month_start
    group by goal.org_unit_id, goal.month_start, goal.org_basis
),

part as (
    select
        unit.org_unit_id,
        unit.month_start,
        unit.org_basis,
        coalesce(origin.n_goals, 0) as n_goals,
        cast(origin.n_self_set as {{ type_double() }}) / nullif(origin.n_known, 0)
            as self_set_share,
        cast(origin.n_negotiated as {{ type_double() }}) / nullif(origin.n_known, 0)
            as negotiated_share,
        cast(origin.n_not_assigned as {{ type_double() }}) / nullif(origin.n_known, 0)
            as not_assigned_share,
        coalesce(begun.n_initiatives, 0) as n_initiatives,
        cast(begun.n_inside as {{ type_double() }}) / nullif(begun.n_known, 0)
            as started_inside_share,
        ownership.favourable_share as ownership,
        participation.favourable_share as participation
    from {{ ref('unit_month') }} as unit
    left join origin
        on
            unit.org_unit_id = origin.org_unit_id
            and unit.month_start = origin.month_start
            and unit.org_basis = origin.org_basis
    left join {{ ref('initiative_start_month') }} as begun
        on
            unit.org_unit_id = begun.org_unit_id
            and unit.month_start = begun.month_start
            and unit.org_basis = begun.org_basis
    left join {{ ref('survey_unit_month') }} as ownership
        on
            unit.org_unit_id = ownership.org_unit_id
            and unit.month_start = ownership.month_start
            and ownership.construct = 'ownership'
            and unit.org_basis = 'as_was'
    left join {{ ref('survey_unit_month') }} as participation
        on
            unit.org_unit_id = participation.org_unit_id
            and unit.month_start = participation.month_start
            and participation.construct = 'participation'
            and unit.org_basis = 'as_was'
),

averaged as (
    select
        part.*,
        {{ mean_of(['part.not_assigned_share', 'part.started_inside_share']) }} as structural_mean,
        {{ mean_of(['part.ownership', 'part.participation']) }} as survey_mean,
        {{ mean_of([
            'part.not_assigned_share', 'part.started_inside_share', 'part.ownership',
            'part.participation',
        ]) }} as mean_of_parts
    from part
)

select
    averaged.org_unit_id,
    averaged.month_start,
    averaged.org_basis,
    averaged.n_goals,
    averaged.self_set_share,
    averaged.negotiated_share,
    averaged.not_assigned_share,
    averaged.n_initiatives,
    averaged.started_inside_share,
    averaged.ownership,
    averaged.participation,
    averaged.structural_mean,
    averaged.survey_mean,
    case
        when averaged.structural_mean is not null and averaged.survey_mean is not null
            then averaged.mean_of_parts
    end as pull_index
from averaged
