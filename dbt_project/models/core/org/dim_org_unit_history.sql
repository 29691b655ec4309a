-- Versions of the units with the tree mended: a parent that is not there yet is no parent, and
-- the newest edge of a cycle is cut while the cycle lasts.
with recursive unit_version as (
    select
        units.org_unit_id,
        units.name,
        parents.org_unit_id as parent_id,
        coalesce(parents.org_unit_id, units.source || ':' || units.parent_ref) as source_parent_id,
        heads.person_id as head_person_id,
        units.valid_from,
        units.valid_to
    from {{ ref('stg_org_units') }} as units
    left join {{ ref('bridge_org_unit_ref') }} as parents
        on units.source = parents.source and units.parent_ref = parents.org_unit_ref
    left join {{ ref('person_record') }} as heads
        on heads.hr_person_id = {{ referenced_id('units.source', 'units.head_ref') }}
),

first_day as (
    select org_unit_id, min(valid_from) as day
    from unit_version
    group by org_unit_id
),

edge as (
    select
        child.org_unit_id as child_id,
        child.parent_id,
        child.valid_from as since,
        greatest(child.valid_from, parent.day) as valid_from,
        child.valid_to
    from unit_version as child
    inner join first_day as parent
        on child.parent_id = parent.org_unit_id and parent.day < child.valid_to
),

older_path as (
    select child_id as start_id, since as start_since, parent_id as node_id, valid_from, valid_to
    from edge
    {{ recursive_union() }}
    select
        older_path.start_id,
        older_path.start_since,
        edge.parent_id as node_id,
        greatest(older_path.valid_from, edge.valid_from) as valid_from,
        least(older_path.valid_to, edge.valid_to) as valid_to
    from older_path
    inner join edge
        on
            older_path.node_id = edge.child_id
            and edge.valid_from < older_path.valid_to
            and older_path.valid_from < edge.valid_to
            and (
                edge.since < older_path.start_since
                or (edge.since = older_path.start_since and edge.child_id < older_path.start_id)
            )
    where older_path.node_id <> older_path.start_id
),

cut as (
    select start_id as child_id, start_since as since, valid_from, valid_to
    from older_path
    where node_id = start_id
),

boundary as (
    select org_unit_id, valid_from as since, valid_from as day from unit_version
    union
    select child_id, since, valid_from from edge
    union
    select child_id, since, valid_from from cut
    union
    select child_id, since, valid_to from cut
),

piece as (
    select
        unit_version.*,
        boundary.day as piece_from,
        coalesce(
            lead(boundary.day) over (
                partition by boundary.org_unit_id, boundary.since order by boundary.day
            ),
            unit_version.valid_to
        ) as piece_to
    from boundary
    inner join unit_version
        on
            boundary.org_unit_id = unit_version.org_unit_id
            and boundary.since = unit_version.valid_from
            and boundary.day < unit_version.valid_to
)

select
    piece.org_unit_id,
    piece.name,
    case when cut.child_id is null then edge.parent_id end as parent_org_unit_id,
    piece.source_parent_id,
    cut.child_id is not null as is_parent_cut,
    piece.head_person_id,
    piece.piece_from as valid_from,
    piece.piece_to as valid_to
from piece
left join edge
    on
        piece.org_unit_id = edge.child_id
        and piece.valid_from = edge.since
        and piece.piece_from >= edge.valid_from
left join cut
    on
        piece.org_unit_id = cut.child_id
        and piece.valid_from = cut.since
        and piece.piece_from >= cut.valid_from
        and piece.piece_from < cut.valid_to
