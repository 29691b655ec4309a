-- The people of a week by the unit that they count in directly, for the pattern of its small
-- groups: heads and observable people of the Sunday, workers of the week (readings F1, F2). Who
-- counts in several units keeps a row for each.
with member as (
    select
        placed.org_basis,
        placed.week_start,
        'headcount' as kind,
        placed.org_unit_id,
        placed.person_id as person_key
    from {{ ref('person_unit_week') }} as placed
    union all
    select placed.org_basis, placed.week_start, 'observable', placed.org_unit_id, placed.person_id
    from {{ ref('person_unit_week') }} as placed
    inner join {{ ref('person_week_observable') }} as observable
        on
            placed.person_id = observable.person_id
            and placed.week_start = observable.week_start
    union all
    select distinct
        worker.org_basis, worker.week_start, 'workers', worker.org_unit_id, worker.worker_id
    from {{ ref('worker_unit_week') }} as worker
),

placed as (
    select
        member.org_basis || ' ' || cast(member.week_start as text) as pattern_id,
        member.kind,
        member.org_unit_id as unit_id,
        member.person_key,
        cast(null as {{ type_double() }}) as favourable
    from member
)

select
    piece.pattern_id,
    piece.kind,
    piece.unit_id,
    piece.person_key,
    coalesce(piece.person_key, '') as piece_key,
    piece.n_people,
    piece.favourable_sum
from (
    {{ pattern_pieces('placed') }}
) as piece
