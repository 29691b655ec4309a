-- How far the effort of a unit and all below it on its highest goals is from their weights, over
-- the 13 weeks to a week's Sunday (reading E12). Work below several of these goals counts for each
-- of them in equal parts.
with all_weights as (
    select
        highest.org_unit_id,
        highest.week_start,
        highest.org_basis,
        count(*) as n_goals,
        {{ exact_sum('highest.weight') }} as weight
    from {{ ref('highest_goal_unit_week') }} as highest
    group by highest.org_unit_id, highest.week_start, highest.org_basis
    having count(*) > 1
),

several as (
    select
        highest.org_unit_id,
        highest.week_start,
        highest.org_basis,
        highest.goal_id,
        highest.weight / all_weights.weight as weight_share,
        all_weights.n_goals
    from {{ ref('highest_goal_unit_week') }} as highest
    inner join all_weights
        on
            highest.org_unit_id = all_weights.org_unit_id
            and highest.week_start = all_weights.week_start
            and highest.org_basis = all_weights.org_basis
),

served as (
    select
        several.org_unit_id,
        several.week_start,
        several.org_basis,
        several.goal_id as highest_id,
        above.goal_id,
        count(*) over (
            partition by
                several.org_unit_id, several.week_start, several.org_basis, above.goal_id
        ) as n_highest
    from several
    inner join {{ ref('goal_week_above') }} as above
        on several.goal_id = above.ancestor_id and several.week_start = above.week_start
),

risen as (
    select
        served.org_unit_id,
        served.week_start,
        served.org_basis,
        served.highest_id,
        {{ exact_sum('effort.person_days / served.n_highest') }} as person_days
    from served
    inner join {{ ref('effort_goal_unit_week') }} as effort
        on
            served.org_unit_id = effort.org_unit_id
            and served.org_basis = effort.org_basis
            and served.goal_id = effort.goal_id
            and effort.week_start <= served.week_start
            and effort.week_start > {{ date_add_days('served.week_start', -91) }}
    group by served.org_unit_id, served.week_start, served.org_basis, served.highest_id
),

all_risen as (
    select
        risen.org_unit_id,
        risen.week_start,
        risen.org_basis,
        {{ exact_sum('risen.person_days') }} as person_days
    from risen
    group by risen.org_unit_id, risen.week_start, risen.org_basis
)

select
    several.org_unit_id,
    several.week_start,
    several.org_basis,
    several.n_goals,
    all_risen.person_days,
    {{ exact_sum(
        'abs(coalesce(risen.person_days, 0) / all_risen.person_days - several.weight_share) / 2'
    ) }} as priority_gap
from several
inner join all_risen
    on
        several.org_unit_id = all_risen.org_unit_id
        and several.week_start = all_risen.week_start
        and several.org_basis = all_risen.org_basis
left join risen
    on
        several.org_unit_id = risen.org_unit_id
        and several.week_start = risen.week_start
        and several.org_basis = risen.org_basis
        and several.goal_id = risen.highest_id
where cast(all_risen.person_days as decimal(38, 9)) >= 30
group by
    several.org_unit_id,
    several.week_start,
    several.org_basis,
    several.n_goals,
    all_risen.person_days
