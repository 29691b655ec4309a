"""Named points between two steps of a run, so that a test can stop a run dead at each of them.

Belongs here: the names, and the kill. Does not belong here: what a step does.

`ALIGNMART_KILL_AT=NAME` (or `NAME:SOURCE`) ends this process without a chance to clean up, as a
power cut would, when the point is reached. A rerun must then end with the same marts.
"""

from __future__ import annotations

import os
import signal
from typing import Final

BOUNDARIES: Final = (
    "pull.begin",
    "pull.end",
    "load.begin",
    "load.mapped",
    "load.compared",
    "load.normalized",
    "load.written",
    "load.end",
    "forecast.end",
    "link.end",
    "transform.begin",
    "transform.end",
    "publish.begin",
    "publish.database_written",
    "publish.files_written",
    "publish.synced",
    "publish.folder_renamed",
    "publish.pointer_made",
    "publish.pointer_swapped",
    "publish.end",
)
"""Every point, in the order of a run."""


def reached(name: str, source: str = "") -> None:
    """Say that the run is at the point `name`. Raises ValueError for a name that is none."""
    if name not in BOUNDARIES:
        raise ValueError(f"{name!r} is no boundary of a run")
    if os.environ.get("ALIGNMART_KILL_AT") in {name, f"{name}:{source}"}:
        os.kill(os.getpid(), signal.SIGKILL)
