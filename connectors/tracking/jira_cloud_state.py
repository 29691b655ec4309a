"""What a Jira Cloud read remembers for the next one, and when it refuses to go on from it.

Belongs here: the format of the state, the mark of what was asked for, the comparison with Jira's
clock. Does not belong here: what is asked (`jira_cloud`).

Instants are milliseconds of Jira's clock. The first pull reads what changed last first; where it
does not get to its end, `unread_until_ms` says from where on, back in time, the next night reads.
`owed` holds the ids of what Jira did not give; where they are too many for a state, the next night
reads everything again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors import refusals
from connectors.contract import SourceError, State
from connectors.tracking import project_scope
from connectors.tracking.jira_cloud_settings import SYSTEM_FIELDS, JiraCloudSettings

_STATE_VERSION: Final = 2
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
EVER: Final = 1 << 53
"""Later than any change."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Where a read goes on.

    issues, worklogs: from when on changes are read; None before the first pull.
    unread: what changed last then or before is still to be read, down to `floor`, and is no change
    although it may be as late as one (after an import, say); None: nothing.
    floor: nothing that changed last before it is asked for; 0 without the option `since`.
    swept: the earliest floor there ever was: what was read from there on is looked for.
    outside: ids of issues that were read although they changed last before `swept`.
    owed: by frame, ids of records that were not given: they are asked for again.
    projects: the widest scope there ever was: what was read in it is looked for; () is all.
    """

    issues: int | None
    worklogs: int | None
    unread: int | None
    floor: int
    swept: int
    outside: tuple[str, ...] = ()
    owed: Mapping[str, list[str]] = field(default_factory=dict)
    projects: tuple[str, ...] = project_scope.ALL

    def changes(self, mark: int) -> int:
        """From when on something counts as changed: `mark`, but in scope and not unread."""
        return max(mark, self.floor, 0 if self.unread is None else self.unread + 1)


def fields_asked(settings: JiraCloudSettings) -> list[str]:
    """Ids of the fields that an issue is asked for with."""
    return [*SYSTEM_FIELDS, *settings.mapping.own_fields()]


def after(
    started: int,
    settings: JiraCloudSettings,
    marks: Marks,
    unread: int | None,
    outside: Iterable[str],
    not_given: Mapping[str, Iterable[str]],
) -> State:
    """The state of a read that began at `started`, left what `unread` says, and was not given the
    records of `not_given`: ids by frame."""
    reached = max(started - settings.look_back_minutes * 60_000, 0)
    owed = refusals.owed(not_given)
    if any(len(ids) > refusals.BORNE for ids in owed.values()):
        reached, owed = 0, {}
    return {
        "version": _STATE_VERSION,
        "asked": _asked(settings),
        "updated_since_ms": reached,
        "worklog_since_ms": reached,
        "unread_until_ms": unread,
        "swept_since_ms": marks.swept,
        "swept_projects": list(marks.projects),
        "outside": sorted(outside, key=lambda key: (len(key), key)),
        "owed": owed,
    }


def resumed(name: str, state: State, settings: JiraCloudSettings) -> Marks:
    """Where the read begins; SourceError for a state that is not understood."""
    floor = settings.since_ms()
    if not state:
        return Marks(None, None, EVER, floor, floor, projects=tuple(sorted(settings.projects)))
    known = ("updated_since_ms", "worklog_since_ms", "swept_since_ms")
    marks = [state.get(name) for name in known]
    unread, outside = state.get("unread_until_ms"), state.get("outside")
    owed = refusals.remembered(state.get("owed"))
    is_same = state.get("asked") == _asked(settings)
    projects = project_scope.remembered(
        state.get("swept_projects"), settings.projects, is_same=is_same
    )
    if (
        state.get("version") != _STATE_VERSION
        or not all(_is_mark(mark) for mark in marks)
        or not (unread is None or _is_mark(unread))
        or not (isinstance(outside, list) and all(isinstance(key, str) for key in outside))
        or owed is None
        or projects is None
    ):
        raise SourceError(
            f"{name}: the state of the last read has format {state.get('version')!r} "
            f"with {', '.join(sorted(map(str, state)))}; this alignmart reads format "
            f"{_STATE_VERSION}. Use the alignmart that wrote it, or remove the state to read "
            "everything again."
        )
    issues, worklogs, swept = marks
    if not is_same:
        issues, worklogs, unread, owed = None, None, EVER, {}
    swept = min(swept or 0, floor)
    return Marks(issues, worklogs, unread, floor, swept, tuple(outside), owed, projects)


def refuse_the_future(name: str, marks: Marks, started: int) -> None:
    """SourceError where a mark lies after Jira's clock."""
    unread = None if marks.unread == EVER else marks.unread
    for what, mark in (
        ("issues", marks.issues),
        ("worklogs", marks.worklogs),
        ("the issues of the first pull", unread),
    ):
        if mark is not None and mark > started:
            raise SourceError(
                f"{name}: the state says that {what} were read until {_iso(mark)}, but Jira's "
                f"clock says {_iso(started)}. The state belongs to another site or a later night: "
                "remove it to read everything again."
            )


def milliseconds(text: Any) -> int | None:
    """A time as Jira writes it, in whole milliseconds; None for anything else."""
    try:
        at = dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    except (TypeError, ValueError):
        return None
    return (at - _EPOCH) // dt.timedelta(milliseconds=1)


def instant(at: int) -> dt.datetime:
    """Milliseconds as an instant in UTC. Raises OverflowError."""
    return _EPOCH + dt.timedelta(milliseconds=at)


def _is_mark(value: Any) -> bool:
    return isinstance(value, int) and value >= 0


def _asked(settings: JiraCloudSettings) -> str:
    """A mark of what is asked for: when it changes, everything is read again."""
    history = settings.mapping.history_fields()
    since = str(settings.since or "")
    asked = [*sorted(settings.projects), "", *fields_asked(settings), *history, since]
    return hashlib.sha256("\n".join(asked).encode()).hexdigest()[:16]


def _iso(at: int) -> str:
    try:
        return instant(at).isoformat(timespec="seconds")
    except OverflowError:
        return f"millisecond {at}"
