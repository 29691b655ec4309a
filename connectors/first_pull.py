"""A first pull too large for one night: how much one brings, and the words for how far it is.

Belongs here: what trackers with an option `items_a_night` share. Does not belong here: which work
items a night takes, and what it remembers: each tracker's own module.

The work items that changed last are read first, so that the first morning shows the work of today
and each further night reaches back in time.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

FRAMES: Final = ("work_items", "work_item_changes", "worklogs")
"""What a night of a first pull brings a part of."""


def progress(n_read: int, n_all: int, back_to: dt.datetime) -> dict[str, str]:
    """By frame: how far a first pull is that has read what changed at `back_to` or later."""
    percent = min(100 * n_read // max(n_all, 1), 99)
    said = (
        f"first pull: {n_read:,} of about {n_all:,} work items ({percent} %), those changed since "
        f"{back_to.astimezone(dt.UTC):%Y-%m-%d}; goes on the next night"
    )
    return dict.fromkeys(FRAMES, said)
