with history as (
    select 'dim_goal_history' as history, goal_id as subject_id, valid_from, valid_to
    from {{ ref('dim_goal_history') }}
    union all
    select 'dim_org_unit_history' as history, org_unit_id as subject_id, valid_from, valid_to
    from {{ ref('dim_org_unit_history') }}
    union all
    select 'org_tree_version' as history, 'tree' as subject_id, valid_from, valid_to
    from {{ ref('org_tree_version') }}
),

followed as (
    select
        history.*,
        lead(valid_from, 1, {{ open_end() }}) over (
            partition by history, subject_id order by valid_from
        ) as next_from
    from history
)

select history, subject_id, valid_from, valid_to, next_from
from followed
where valid_to <> next_from or valid_from >= valid_to
