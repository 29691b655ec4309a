select
    units.source || ':' || units.org_unit_key as org_unit_id,
    units.source,
    units.org_unit_key,
    units.name,
    units.parent_key as parent_ref,
    units.head_key as head_ref,
    units.effective_from as valid_from,
    coalesce(
        lead(units.effective_from) over (
            partition by units.source, units.org_unit_key order by units.effective_from
        ),
        {{ open_end() }}
    ) as valid_to
from ({{ standing_rows('org_units') }}) as units
