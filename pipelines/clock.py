"""The clock of a run: which instant it is for, and whether it pulls.

Belongs here: the only look at the wall clock that means anything.
Does not belong here: what an instant does to data (models are pure functions of `as_of`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.config import Config


class ClockError(Exception):
    """The date asked for cannot be run. The message says which can."""


@dataclass(frozen=True, slots=True)
class Clock:
    """`as_of`: the instant of the run, UTC. `no_pull`: why nothing is pulled, or None."""

    as_of: dt.datetime
    no_pull: str | None = None


def now() -> dt.datetime:
    """The wall clock, UTC."""
    return dt.datetime.now(dt.UTC)


def end_of(day: dt.date) -> dt.datetime:
    """The instant that a date names: its last microsecond, UTC."""
    return dt.datetime.combine(day, dt.time.max, tzinfo=dt.UTC)


def clock_for(config: Config, day: dt.date | None, newest_loaded: dt.datetime | None) -> Clock:
    """The clock of a run for `day`, or for now (sample company: its last day) without one.

    A past day pulls nothing, since systems show only today; neither does an instant before
    `newest_loaded`, since raw would then hold what that instant could not know. The sample
    company's servers can show any day. Raises ClockError.
    """
    if config.sample:
        end = config.sample.end
        if day and day > end:
            raise ClockError(f"the sample company's time ends on {end}; set sample.end or --as-of")
        return _not_before(end_of(day or end), newest_loaded)
    moment = now()
    if day is None:
        if newest_loaded and moment < newest_loaded <= end_of(moment.date()):
            return Clock(newest_loaded)
        return _not_before(moment, newest_loaded)
    if day > moment.date():
        raise ClockError(f"--as-of {day} is in the future; today is {moment.date()} (UTC)")
    if day < moment.date():
        return Clock(end_of(day), f"{day} is past; systems show only today")
    return _not_before(end_of(day), newest_loaded)


def refuse_before_first(clock: Clock, loaded: Iterable[dt.datetime]) -> None:
    """Raise ClockError where a run that pulls nothing finds nothing loaded by its instant.

    `loaded` are the instants of all loaded pulls. Such a run would publish empty tables.
    """
    first = min(loaded, default=None)
    if clock.no_pull is None or (first is not None and first <= clock.as_of):
        return
    if first is None:
        raise ClockError(
            "nothing is loaded yet, and this run pulls nothing; "
            "run `alignmart nightly` without --as-of first"
        )
    raise ClockError(
        f"nothing was loaded by {clock.as_of.date()}; "
        f"the first night loaded is {first.astimezone(dt.UTC).date()}"
    )


def _not_before(as_of: dt.datetime, newest_loaded: dt.datetime | None) -> Clock:
    if newest_loaded and as_of < newest_loaded:
        return Clock(as_of, f"data up to {newest_loaded:%Y-%m-%d %H:%M} UTC is loaded already")
    return Clock(as_of)
