"""What a read of Redmine remembers for the next one.

Belongs here: the format of the state, what is refused, when everything is read again.
Does not belong here: what is asked (`redmine`).

The first pull reads what changed last first; where it does not get to its end, `unread` says from
which issue on, back in time, the next night reads.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from connectors import refusals
from connectors.contract import SourceError, State
from connectors.tracking import project_scope
from connectors.tracking.redmine_settings import RedmineSettings

BEGINNING: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_VERSION: Final = 2
_HISTORIES: Final = "work_item_changes"

Place = tuple[dt.datetime, int]
"""When an issue changed last, and its number: the order in which a first pull reads, backwards."""

_LAST: Final[Place] = (dt.datetime.max.replace(tzinfo=dt.UTC), 0)


@dataclass(frozen=True, slots=True)
class Marks:
    """Where a read goes on.

    changed: what changed then or later is read; None before the first pull.
    unread: the issue there and those before it are still to be read, down to `floor`, and are no
    changes although they may be as late as one (after an import, say); None: none.
    floor: nothing that changed last before it is asked for.
    swept: the earliest floor there ever was: what was read from there on is looked for.
    outside: numbers of issues that were read although they changed last before `swept`.
    owed: numbers of issues whose history was not given: it is asked for again.
    projects: the widest scope there ever was: what was read in it is looked for; () is all.
    """

    changed: dt.datetime | None
    unread: Place | None
    floor: dt.datetime
    swept: dt.datetime
    outside: tuple[int, ...] = ()
    owed: tuple[int, ...] = ()
    projects: tuple[str, ...] = project_scope.ALL

    @property
    def since(self) -> dt.datetime:
        """From when on changes are read."""
        return max(self.changed or BEGINNING, self.floor)


def resumed(source: str, state: State, settings: RedmineSettings, as_of: dt.datetime) -> Marks:
    """Where the read begins. Raises SourceError for a state that it cannot read."""
    floor = BEGINNING
    if settings.since is not None:
        floor = max(dt.datetime.combine(settings.since, dt.time.min, dt.UTC), BEGINNING)
    if not state:
        return Marks(None, _LAST, floor, floor, projects=tuple(sorted(settings.projects)))
    since, swept = (instant(state.get(name)) for name in ("updated_since", "swept_since"))
    unread, outside = state.get("unread"), state.get("outside")
    place, owed = _place(unread), refusals.remembered(state.get("owed"))
    is_same = state.get("asked") == _asked(settings)
    projects = project_scope.remembered(
        state.get("swept_projects"), settings.projects, is_same=is_same
    )
    if (
        state.get("version") != _VERSION
        or since is None
        or swept is None
        or (unread is not None and place is None)
        or not (isinstance(outside, list) and all(isinstance(key, int) for key in outside))
        or owed is None
        or projects is None
        or not all(key.isdigit() for key in owed.get(_HISTORIES, ()))
    ):
        raise SourceError(
            f"{source}: the state of the last read has format {state.get('version')!r} with "
            f"{', '.join(sorted(map(str, state)))}; this alignmart reads format {_VERSION}. Use "
            "the alignmart that wrote it, or remove the state to read everything again."
        )
    for mark in filter(None, (since, place and place[0])):
        if mark > as_of:
            raise SourceError(
                f"{source}: the state says that changes were read until {_iso(mark)}, but this "
                f"read is of {_iso(as_of)}. The state belongs to another site or a later night: "
                "remove it to read everything again."
            )
    swept = min(swept, floor)
    if not is_same:
        return Marks(None, _LAST, floor, swept, tuple(outside), (), projects)
    histories = tuple(map(int, owed.get(_HISTORIES, ())))
    return Marks(since, place, floor, swept, tuple(outside), histories, projects)


def after(
    marks: Marks,
    newest: dt.datetime | None,
    settings: RedmineSettings,
    as_of: dt.datetime,
    unread: Place | None,
    outside: Iterable[int],
    owed: Iterable[int],
) -> State:
    """The state once a read is done that began when `newest` was the newest change known; `owed`
    are the numbers of issues whose history was not given.

    Without any change known it stays where it was. A change stamped after `as_of`, by a clock
    that is ahead, moves it no further than that.
    """
    reached = marks.changed or BEGINNING
    if newest is not None:
        look_back = dt.timedelta(minutes=settings.look_back_minutes)
        reached = max(min(newest, as_of) - look_back, BEGINNING)
    return {
        "version": _VERSION,
        "asked": _asked(settings),
        "updated_since": _iso(reached),
        "unread": None if unread is None else [_iso(unread[0]), unread[1]],
        "swept_since": _iso(marks.swept),
        "swept_projects": list(marks.projects),
        "outside": sorted(outside),
        "owed": refusals.owed({_HISTORIES: owed}),
    }


def instant(text: Any) -> dt.datetime | None:
    """ISO 8601 text with an offset as an instant; None for anything else."""
    try:
        at = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else None


def _place(kept: Any) -> Place | None:
    if not isinstance(kept, list) or len(kept) != 2:
        return None
    at, number = instant(kept[0]), kept[1]
    return (at, number) if at is not None and isinstance(number, int) else None


def _asked(settings: RedmineSettings) -> str:
    """A mark of what is read: when it changes, everything is read again."""
    mapping = settings.mapping
    parts = (
        settings.projects,
        mapping.goal_fields,
        (mapping.points_field or "",),
        mapping.extra_fields,
        (str(settings.since or ""),),
    )
    return hashlib.sha256(repr([sorted(part) for part in parts]).encode()).hexdigest()[:16]


def _iso(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
