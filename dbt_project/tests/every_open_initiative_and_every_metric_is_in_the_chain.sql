select state.initiative_id as subject_id
from {{ ref('initiative_state') }} as state
left join {{ ref('alignment_chain') }} as chain on state.initiative_id = chain.initiative_id
where not state.is_long_closed and chain.chain_id is null
union all
select metrics.metric_id
from {{ ref('dim_metric') }} as metrics
left join {{ ref('alignment_chain') }} as chain on metrics.metric_id = chain.metric_id
where metrics.exists_until > {{ as_of_date() }} and chain.chain_id is null
