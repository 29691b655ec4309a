-- The unit of an initiative: that of its assignee's primary seat at as_of, else the one in which
-- most of its effort was given directly, ties the least id (reading C7).
with effort as (
    select
        effort.initiative_id,
        effort.org_unit_id,
        row_number() over (
            partition by effort.initiative_id
            order by {{ exact_sum('effort.person_days') }} desc, effort.org_unit_id
        ) as choice
    from {{ ref('fct_effort_seat') }} as effort
    where
        effort.org_basis = 'as_was'
        and effort.initiative_id is not null
        and effort.org_unit_id is not null
    group by effort.initiative_id, effort.org_unit_id
)

select
    initiative.work_item_id as initiative_id,
    coalesce(seat.org_unit_id, effort.org_unit_id) as org_unit_id
from {{ ref('dim_work_item') }} as initiative
left join {{ ref('fct_seat') }} as seat
    on
        initiative.assignee_person_id = seat.person_id
        and seat.is_primary_seat
        and seat.valid_from <= {{ as_of_date() }}
        and seat.valid_to > {{ as_of_date() }}
left join effort on initiative.work_item_id = effort.initiative_id and effort.choice = 1
where initiative.is_initiative
