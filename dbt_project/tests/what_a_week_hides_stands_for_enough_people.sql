-- Who is in a shown unit of a week and in no shown unit below is nobody, or enough people, while
-- there is a unit below that could be hidden: of heads, of workers and of observable people.
with unit as (
    select
        pattern.pattern_id,
        pattern.org_basis,
        pattern.unit_id,
        pattern.depth,
        pattern.is_hidden,
        week.sunday
    from {{ ref('week_pattern') }} as pattern
    inner join {{ ref('effort_week') }} as week on pattern.week_start = week.week_start
),

shown_above as (
    select
        unit.pattern_id,
        unit.unit_id,
        unit.is_hidden,
        above.unit_id as shown_id,
        row_number() over (
            partition by unit.pattern_id, unit.unit_id order by above.depth desc
        ) as place
    from unit
    inner join {{ ref('bridge_org_unit_basis') }} as tree
        on
            unit.unit_id = tree.descendant_id
            and unit.org_basis = tree.org_basis
            and unit.sunday >= tree.valid_from
            and unit.sunday < tree.valid_to
    inner join unit as above
        on
            tree.ancestor_id = above.unit_id
            and unit.pattern_id = above.pattern_id
            and not above.is_hidden
),

with_shown_below as (
    select distinct below.pattern_id, below.shown_id
    from shown_above as below
    where not below.is_hidden and below.place = 2
),

rest as (
    select
        near.pattern_id,
        near.shown_id,
        piece.kind,
        sum(case when piece.person_key is null then piece.n_people else 0 end)
        + count(distinct piece.person_key) as n_people
    from shown_above as near
    inner join {{ ref('week_pattern_piece') }} as piece
        on near.pattern_id = piece.pattern_id and near.unit_id = piece.unit_id
    where near.place = 1
    group by near.pattern_id, near.shown_id, piece.kind
)

select rest.pattern_id, rest.shown_id, rest.kind, rest.n_people
from rest
inner join with_shown_below
    on rest.pattern_id = with_shown_below.pattern_id and rest.shown_id = with_shown_below.shown_id
where rest.n_people between 1 and {{ var('minimum_group_effort') }} - 1
