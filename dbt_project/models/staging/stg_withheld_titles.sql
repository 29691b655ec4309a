select distinct withheld.initiative as initiative_ref
from ({{ standing_rows('withheld_titles') }}) as withheld
