"""The sample company's truth: what the marts must say, worked out from the world's own graph.

Belongs here: the measures of `docs/decisions/0002-exact-readings.md` in plain Python, written
apart from the models that it judges: no payload, no SQL, nothing read from `dbt_project/`.
Does not belong here: the company (`company`), what systems show (`observe`), comparisons (tests).
"""

from sandbox.truth.steps import compute
from sandbox.truth.survey import compute_survey

__all__ = ["compute", "compute_survey"]
