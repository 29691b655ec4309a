-- How well do the goals of a unit and of all below it hang together in a week? A row for every unit
-- of that Sunday's tree (restated: of today's); a row of too few people holds no number at all.
with unit as (
    select
        week.week_start,
        tree.org_basis,
        tree.ancestor_id as org_unit_id,
        count(*) as n_units
    from {{ ref('effort_week') }} as week
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on week.sunday >= tree.valid_from and week.sunday < tree.valid_to
    group by week.week_start, tree.org_basis, tree.ancestor_id
),

shown as (
    select
        pattern.org_unit_id,
        pattern.week_start,
        pattern.org_basis,
        unit.n_units,
        not pattern.is_hidden and pattern.headcount >= 20 as is_shown
    from {{ ref('unit_week_pattern') }} as pattern
    inner join unit
        on
            pattern.org_unit_id = unit.org_unit_id
            and pattern.week_start = unit.week_start
            and pattern.org_basis = unit.org_basis
),

portfolio as (
    select
        goals.*,
        cast(goals.n_goals as {{ type_double() }}) as base
    from {{ ref('portfolio_unit_week') }} as goals
)

select
    shown.org_unit_id,
    shown.week_start,
    shown.org_basis,
    case when shown.is_shown then coalesce(portfolio.n_goals, 0) end as n_goals,
    portfolio.n_top / portfolio.base as top_share,
    portfolio.n_aligned / portfolio.base as aligned_share,
    portfolio.n_lapsed / portfolio.base as lapsed_share,
    portfolio.n_island / portfolio.base as island_share,
    portfolio.n_unaligned / portfolio.base as unaligned_share,
    portfolio.n_aligned_up / portfolio.base as aligned_up_share,
    cast(portfolio.n_cascaded_down as {{ type_double() }}) / nullif(portfolio.n_cascade_known, 0)
        as cascaded_down_share,
    portfolio.n_shared / portfolio.base as shared_share,
    portfolio.n_overloaded / portfolio.base as overloaded_share,
    cast(portfolio.n_fresh as {{ type_double() }}) / nullif(portfolio.n_checkin_known, 0)
        as fresh_share,
    portfolio.n_phantom_owned / portfolio.base as phantom_owned_share,
    portfolio.median_depth,
    case
        when shown.is_shown
            then cast(coalesce(portfolio.n_goals, 0) as {{ type_double() }}) / shown.n_units
    end as goals_per_unit,
    cast(portfolio.n_metrics as {{ type_double() }}) / nullif(portfolio.n_metrics_known, 0)
        as metrics_per_goal,
    not shown.is_shown as suppressed,
    case
        when not shown.is_shown then 'few_people'
        when portfolio.n_goals is null then 'no_goals'
    end as reason_missing
from shown
left join portfolio
    on
        shown.is_shown
        and shown.org_unit_id = portfolio.org_unit_id
        and shown.week_start = portfolio.week_start
        and shown.org_basis = portfolio.org_basis
