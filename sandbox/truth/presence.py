"""Where workers were, day by day: units, FTE, working days, headcount (readings P1, E6, E9, E13).

Belongs here: the days of every worker, spread over the units of their seats, those of the day or
those of the last day; who sits where; subtrees.
Does not belong here: what was worked on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import polars as pl

from sandbox.truth.effort import person_of
from sandbox.truth.org import ONE_DAY, Organisation
from sandbox.truth.workdays import Workdays
from sandbox.world import HR

_SCHEMA = {
    "worker": pl.String,
    "day": pl.Date,
    "version": pl.Int64,
    "unit": pl.String,
    "fte": pl.Float64,
    "share": pl.Float64,
    "is_working": pl.Boolean,
    "is_here": pl.Boolean,
}


def days_of_workers(
    org: Organisation, workdays: Workdays, accounts: Iterable[str], first: dt.date, last: dt.date
) -> pl.DataFrame:
    """Every day in [first, last] of every person and of `accounts` (workers that are nobody).

    One row a worker, day and seat: version (the day's tree), unit (direct; the root where the
    seat's unit is not in the tree), fte, share (of the day's effort), is_working, is_here (a
    person, employed and not on leave: counts in capacity and headcount)."""
    workers = [*(f"{HR}:{person}" for person in sorted(org.people)), *sorted(accounts)]
    rows = (row for worker in workers for row in _days(org, workdays, worker, first, last))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def restated(days: pl.DataFrame, org: Organisation, last_day: dt.date) -> pl.DataFrame:
    """`days` in the places that their workers have on `last_day`, by that day's tree (E13).

    FTE and presence stay those of the time: a day's whole FTE is split as its effort is."""
    now = [
        (worker, place.unit, place.share)
        for worker in days["worker"].unique(maintain_order=True)
        for place in org.places(person_of(worker), last_day)
    ]
    seats = pl.DataFrame(
        now, schema={n: _SCHEMA[n] for n in ("worker", "unit", "share")}, orient="row"
    )
    whole = days.group_by("worker", "day", maintain_order=True).agg(
        pl.col("fte").sum(), pl.col("is_working").first(), pl.col("is_here").first()
    )
    return whole.join(seats, on="worker", maintain_order="left").select(
        "worker",
        "day",
        pl.lit(org.tree_version(last_day), pl.Int64).alias("version"),
        "unit",
        fte=pl.col("fte") * pl.col("share"),
        share="share",
        is_working="is_working",
        is_here="is_here",
    )


def people_by_unit(days: pl.DataFrame) -> dict[tuple[str, dt.date], frozenset[str]]:
    """Workers of `days` by unit and day."""
    groups = days.group_by("unit", "day").agg(pl.col("worker").unique())
    return {(unit, day): frozenset(workers) for unit, day, workers in groups.iter_rows()}


def subtrees(org: Organisation, versions: Iterable[int]) -> pl.DataFrame:
    """version, unit, ancestor (the unit itself included), for trees by number."""
    rows = [
        (version, unit, ancestor)
        for version in sorted(set(versions))
        for tree in [org.tree_of_version(version)]
        for unit in tree.parent
        for ancestor in tree.path(unit)
    ]
    schema = {"version": pl.Int64, "unit": pl.String, "ancestor": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _days(
    org: Organisation, workdays: Workdays, worker: str, first: dt.date, last: dt.date
) -> Iterator[tuple[object, ...]]:
    person = person_of(worker)
    changes = org.change_days(person)
    places = org.places(person, first)
    day = first
    while day <= last:
        if day in changes:
            places = org.places(person, day)
        is_here = (
            person is not None and org.is_employed(person, day) and not org.is_on_leave(person, day)
        )
        is_working = workdays.is_working(person, day)
        for place in places:
            yield worker, day, org.tree_version(day), *place, is_working, is_here
        day += ONE_DAY
