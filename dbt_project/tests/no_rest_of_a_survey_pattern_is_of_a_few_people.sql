-- What is in a shown unit and in no next shown one below it is nobody, or at least the minimum, for
-- every construct; every unit's people are in the rest of the next shown unit at or above it.
with member as (
    select
        pattern.pattern_id,
        pattern.unit_id,
        pattern.is_hidden,
        coalesce(pattern.shown_unit_id, '') as shown_unit_id,
        coalesce(above.shown_unit_id, '') as shown_unit_id_above
    from {{ ref('survey_pattern') }} as pattern
    left join {{ ref('survey_pattern') }} as above
        on pattern.pattern_id = above.pattern_id and pattern.parent_id = above.unit_id
)

select member.pattern_id, member.unit_id
from member
where
    member.shown_unit_id
    <> case when member.is_hidden then member.shown_unit_id_above else member.unit_id end
union all
select member.pattern_id, member.shown_unit_id
from member
inner join {{ ref('survey_piece') }} as piece
    on member.pattern_id = piece.pattern_id and member.unit_id = piece.unit_id
where member.shown_unit_id <> ''
group by member.pattern_id, member.shown_unit_id, piece.kind
having sum(piece.n_people) between 1 and {{ var('minimum_group') }} - 1
