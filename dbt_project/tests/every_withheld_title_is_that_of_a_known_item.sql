-- A name that leads to no item may be a slip, and the title that was meant would be published.
select withheld.initiative_ref
from {{ ref('withheld_title') }} as withheld
where withheld.work_item_id is null
