with pair as (
    select
        ancestor_id,
        descendant_id,
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by ancestor_id, descendant_id order by valid_from
        ) as next_from
    from {{ ref('bridge_org_unit_history') }}
)

select ancestor_id, descendant_id, valid_from, valid_to
from pair
where next_from < valid_to
union all
select units.org_unit_id, units.org_unit_id, units.valid_from, units.valid_to
from {{ ref('dim_org_unit_history') }} as units
left join {{ ref('bridge_org_unit_history') }} as self
    on
        units.org_unit_id = self.ancestor_id
        and units.org_unit_id = self.descendant_id
        and self.depth = 0
        and self.valid_from <= units.valid_from
        and units.valid_to <= self.valid_to
where self.ancestor_id is null
