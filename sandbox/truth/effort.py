"""Who worked on what, day by day (readings E1 to E5).

Belongs here: worklogs, status time and assigned spans as person-days.
Does not belong here: units, goals, classes.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from sandbox.truth.identity import Identity
from sandbox.truth.items import Items, Spell
from sandbox.truth.org import ONE_DAY, Organisation
from sandbox.truth.workdays import Workdays
from sandbox.world import HR, STATUS_CATEGORY, World

SCHEMA = {
    "worker": pl.String,
    "day": pl.Date,
    "item": pl.String,
    "person_days": pl.Float64,
    "basis": pl.String,
}
_DAYS = {"worker": pl.String, "item": pl.String, "first": pl.Date, "last": pl.Date}
_INSTANT = dt.timedelta(microseconds=1)


class Stretch(NamedTuple):
    """An item that was somebody's, from a local day to a local day."""

    worker: str
    item: str
    first: dt.date
    last: dt.date


def person_of(worker: str) -> str | None:
    """The bare person key of a worker, None for an account that is nobody."""
    source, _, key = worker.partition(":")
    return key if source == HR else None


class EffortBook:
    """Works out all effort of a cut world up to `last_day`."""

    def __init__(
        self,
        world: World,
        identity: Identity,
        org: Organisation,
        workdays: Workdays,
        items: Items,
        last_day: dt.date,
        hours_per_day: float,
    ) -> None:
        self.world, self.identity, self.org = world, identity, org
        self.workdays, self.items, self.last_day = workdays, items, last_day
        self.seconds_per_day = hours_per_day * 3600

    def table(self) -> pl.DataFrame:
        """One row a worker, day and item (`SCHEMA`); a day has one basis: worklog, else status,
        else span."""
        worklogs = self._worklogs()
        stretches = [
            ("status", pl.DataFrame(self._in_work(), schema=_DAYS, orient="row")),
            ("span", pl.DataFrame(self._planned(), schema=_DAYS, orient="row")),
        ]
        free = self._working_days(stretches).join(worklogs, on=["worker", "day"], how="anti")
        parts = [worklogs]
        for basis, stretch in stretches:
            filled = _spread(stretch, free, basis)
            parts.append(filled)
            free = free.join(filled, on=["worker", "day"], how="anti")
        return pl.concat(parts).sort("worker", "day", "item")

    def _worklogs(self) -> pl.DataFrame:
        days: dict[tuple[str, dt.date, str], float] = defaultdict(float)
        sums: dict[tuple[str, dt.date], float] = defaultdict(float)
        for item, account, started_at, seconds in self.world.worklogs.select(
            "item", "account", "started_at", "seconds"
        ).iter_rows():
            day = self.workdays.local_day(self.identity.person(account), started_at)
            if seconds > 0 and day <= self.last_day:
                worker = self.identity.worker(account)
                days[worker, day, item] += seconds / self.seconds_per_day
                sums[worker, day] += seconds / self.seconds_per_day
        scale = {}
        for (worker, day), total in sums.items():
            scale[worker, day] = min(1.0, self._fte(worker, day) / total)
        rows = [
            (worker, day, item, amount * scale[worker, day], "worklog")
            for (worker, day, item), amount in days.items()
        ]
        return pl.DataFrame(rows, schema=SCHEMA, orient="row")

    def _fte(self, worker: str, day: dt.date) -> float:
        person = person_of(worker)
        return 1.0 if person is None else self.org.fte(person, day)

    def _working_days(self, stretches: list[tuple[str, pl.DataFrame]]) -> pl.DataFrame:
        """worker, day, fte of the working days on which somebody had an item."""
        ends: dict[str, tuple[dt.date, dt.date]] = {}
        for _, stretch in stretches:
            for worker, first, last in (
                stretch.group_by("worker")
                .agg(pl.col("first").min(), pl.col("last").max())
                .iter_rows()
            ):
                known = ends.get(worker, (first, last))
                ends[worker] = (min(first, known[0]), max(last, known[1]))
        rows = [
            (worker, day, self._fte(worker, day))
            for worker, (first, last) in sorted(ends.items())
            for day in _days(first, last)
            if self.workdays.is_working(person_of(worker), day)
        ]
        schema = {"worker": pl.String, "day": pl.Date, "fte": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _assigned(self) -> Iterator[tuple[str, str, Spell]]:
        """(item, account, spell) of every assignment of an item that is no initiative."""
        for item, row in self.items.rows.items():
            if not row["is_initiative"]:
                for spell in self.items.spells(item, "assignee"):
                    if spell.value:
                        yield item, spell.value, spell

    def _in_work(self) -> Iterator[Stretch]:
        """Days with a moment both assigned and in a doing status."""
        for item, account, assigned in self._assigned():
            for status in self.items.spells(item, "status"):
                if STATUS_CATEGORY.get(status.value or "") == "doing":
                    first = max(assigned.first, status.first)
                    end = min(assigned.end, status.end)
                    yield from self._local(account, item, first, end)

    def _planned(self) -> Iterator[Stretch]:
        """Days with a moment assigned, from started_on to the local day of closing."""
        for item, account, assigned in self._assigned():
            started_on = self.items.rows[item]["started_on"]
            closed_at = self.items.closed_at(item)
            if started_on is None:
                continue
            for stretch in self._local(account, item, assigned.first, assigned.end):
                last = stretch.last
                if closed_at is not None:
                    person = self.identity.person(account)
                    last = min(last, self.workdays.local_day(person, closed_at))
                first = max(stretch.first, started_on)
                if first <= last:
                    yield Stretch(stretch.worker, item, first, last)

    def _local(
        self, account: str, item: str, first: dt.datetime, end: dt.datetime
    ) -> Iterator[Stretch]:
        """The local days of [first, end), none of them after the last day."""
        if first < end:
            person = self.identity.person(account)
            first_day = self.workdays.local_day(person, first)
            last_day = min(self.workdays.local_day(person, end - _INSTANT), self.last_day)
            if first_day <= last_day:
                yield Stretch(self.identity.worker(account), item, first_day, last_day)


def _spread(stretch: pl.DataFrame, free: pl.DataFrame, basis: str) -> pl.DataFrame:
    """Share the FTE of each free day equally among the items of that day."""
    held = (
        stretch.with_columns(day=pl.date_ranges("first", "last"))
        .explode("day")
        .select("worker", "day", "item")
        .unique()
        .join(free, on=["worker", "day"])
    )
    return held.select(
        "worker",
        "day",
        "item",
        person_days=pl.col("fte") / pl.len().over("worker", "day"),
        basis=pl.lit(basis),
    )


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    while first <= last:
        yield first
        first += ONE_DAY
