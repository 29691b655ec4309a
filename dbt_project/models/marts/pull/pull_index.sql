-- Do goals and initiatives come from people, or are they pushed onto them? Experimental. A row a
-- unit, month and basis (readings H1 to H4); a hidden row holds no number.
with shown as (
    select unit.sunday, unit.is_hidden, pull.*
    from {{ ref('unit_month') }} as unit
    inner join {{ ref('pull_unit_month') }} as pull
        on
            unit.org_unit_id = pull.org_unit_id
            and unit.month_start = pull.month_start
            and unit.org_basis = pull.org_basis
),

paired as (
    select
        shown.month_start,
        shown.org_basis,
        count(*) as n_units,
        case
            when
                {{ varies('shown.structural_mean') }} and {{ varies('shown.survey_mean') }}
                then
                    cast(
                        cast(corr(shown.structural_mean, shown.survey_mean) as decimal(38, 9))
                        as {{ type_double() }}
                    )
        end as correlation
    from shown
    where
        not shown.is_hidden
        and shown.structural_mean is not null
        and shown.survey_mean is not null
    group by shown.month_start, shown.org_basis
)

select
    shown.org_unit_id,
    shown.month_start,
    shown.org_basis,
    case when not shown.is_hidden then shown.n_goals end as n_goals,
    case when not shown.is_hidden then shown.self_set_share end as self_set_share,
    case when not shown.is_hidden then shown.negotiated_share end as negotiated_share,
    case when not shown.is_hidden then shown.n_initiatives end as n_initiatives,
    case when not shown.is_hidden then shown.started_inside_share end as started_inside_share,
    case when not shown.is_hidden then shown.ownership end as ownership,
    case when not shown.is_hidden then shown.participation end as participation,
    case when not shown.is_hidden then shown.pull_index end as pull_index,
    case
        when not shown.is_hidden
            then
                {{ names_of_present([
                    ('origin', 'shown.not_assigned_share'),
                    ('started_inside', 'shown.started_inside_share'),
                    ('ownership', 'shown.ownership'),
                    ('participation', 'shown.participation'),
                ]) }}
    end as parts_present,
    case when not shown.is_hidden and paired.n_units >= 10 then paired.correlation end
        as structural_survey_correlation,
    shown.is_hidden as suppressed,
    case
        when shown.is_hidden then 'few_people'
        when shown.pull_index is not null then null
        when shown.survey_mean is null then 'no_survey'
        else 'unknown_origin'
    end as reason_missing
from shown
left join paired
    on shown.month_start = paired.month_start and shown.org_basis = paired.org_basis
