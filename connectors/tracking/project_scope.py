"""The projects that a tracker was ever read with: a narrower option `projects` deletes nothing.

Belongs here: what trackers with the option `projects` share: the widest scope there ever was, as a
state keeps it. Does not belong here: how a tracker asks for the keys of a project.

A sweep that held the keys of today's projects alone would take what a narrower option leaves out
for deleted. So a state remembers every project that was read, and the sweep looks for those keys
too, without reading what is behind them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

ALL: Final[tuple[str, ...]] = ()
"""Every project that the account sees, as in the option itself."""


def widest(before: Sequence[str], now: Sequence[str]) -> tuple[str, ...]:
    """The projects of two scopes together."""
    return tuple(sorted({*before, *now})) if before and now else ALL


def remembered(kept: Any, now: Sequence[str], *, is_same: bool) -> tuple[str, ...] | None:
    """The widest scope by a state that keeps `kept`; None where that is no scope.

    `is_same`: whether the state's read had the scope `now`. A state that keeps no scope, as older
    ones do, had any other: all projects are looked for.
    """
    if kept is None:
        return tuple(sorted(now)) if is_same else ALL
    if not isinstance(kept, list) or not all(isinstance(name, str) for name in kept):
        return None
    return widest(kept, now)


def only_before(ever: Sequence[str], now: Sequence[str]) -> list[str]:
    """Projects named in the widest scope `ever` and not in `now`; none where either is all."""
    return sorted({*ever} - {*now}) if now else []
