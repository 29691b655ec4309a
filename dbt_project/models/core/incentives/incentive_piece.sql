-- People with incentives on measures by the unit that they count in, for the pattern of a period's
-- small groups (readings F1, I4).
with member as (
    select
        person.period_id as pattern_id,
        'incentives' as kind,
        person.org_unit_id as unit_id,
        person.person_id as person_key,
        cast(null as {{ type_double() }}) as favourable
    from {{ ref('incentive_person') }} as person
)

select
    piece.pattern_id,
    piece.kind,
    piece.unit_id,
    piece.person_key,
    piece.n_people,
    piece.favourable_sum
from (
    {{ pattern_pieces('member') }}
) as piece
