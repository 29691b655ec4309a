"""When we run: configuration, Dagster, loading, publishing and the command line.

Belongs here: everything that decides when and in which order things happen.
Does not belong here: vendor payloads (`connectors`), formulas of measures (`dbt_project`).

No part that runs here may report home, so that is switched off before any of them is imported;
dlt's remarks on types that our own edge has already made sure of are left out.
"""

import os

for _switch, _value in (
    ("DO_NOT_TRACK", "1"),
    ("DAGSTER_DISABLE_TELEMETRY", "yes"),
    ("DBT_SEND_ANONYMOUS_USAGE_STATS", "false"),
    ("RUNTIME__DLTHUB_TELEMETRY", "false"),
    ("RUNTIME__LOG_LEVEL", "ERROR"),
):
    os.environ[_switch] = _value
