-- What a status means in a tracker: the category that most of its standing items with that status
-- have; ties: the first in the alphabet.
with counted as (
    select items.source, items.status, items.status_category, count(*) as n_items
    from {{ ref('stg_work_items') }} as items
    where
        items.deleted_at is null
        and items.status is not null
        and items.status_category is not null
    group by items.source, items.status, items.status_category
)

select ranked.source, ranked.status, ranked.status_category
from (
    select
        counted.source,
        counted.status,
        counted.status_category,
        row_number() over (
            partition by counted.source, counted.status
            order by counted.n_items desc, counted.status_category
        ) as choice
    from counted
) as ranked
where ranked.choice = 1
