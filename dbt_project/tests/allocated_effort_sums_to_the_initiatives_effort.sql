select
    state.initiative_id,
    max(state.person_days_90d) as person_days,
    sum(chain.effort_allocated) as allocated
from {{ ref('initiative_state') }} as state
left join {{ ref('alignment_chain') }} as chain on state.initiative_id = chain.initiative_id
where not state.is_long_closed
group by state.initiative_id
having
    abs(
        coalesce(sum(chain.effort_allocated), 0)
        - case
            when max(state.n_workers_90d) >= {{ var('minimum_group_effort') }}
                then {{ half_up('max(state.person_days_90d)') }}
            else 0
        end
    ) > 1e-9
