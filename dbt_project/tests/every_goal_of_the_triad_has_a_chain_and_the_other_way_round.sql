select triad.goal_id, chain.goal_id as goal_of_chain
from {{ ref('goal_triad') }} as triad
full outer join (
    select distinct chains.goal_id from {{ ref('alignment_chain') }} as chains
    where chains.goal_id is not null
) as chain
    on triad.goal_id = chain.goal_id
where
    triad.goal_id is null
    or (chain.goal_id is null and coalesce(triad.n_metrics, triad.n_initiatives) is not null)
