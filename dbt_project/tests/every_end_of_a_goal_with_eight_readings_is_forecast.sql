select basis.goal_id, basis.metric_id, basis.week_start
from {{ ref('outlook_basis_week') }} as basis
where basis.p50 is null and basis.n_observations >= 8 and basis.active_to is not null
union all
select min(basis.goal_id) as goal_id, observed.metric_id, min(basis.week_start) as week_start
from {{ ref('outlook_basis_week') }} as basis
inner join {{ ref('fct_metric_observation') }} as observed
    on
        basis.metric_id = observed.metric_id
        and observed.observed_on <= basis.judged_on
        and {{ utc_date('observed.recorded_at') }} <= basis.judged_on
where basis.n_observations = 0
group by observed.metric_id
