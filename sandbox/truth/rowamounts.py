"""Whose amounts the weekly rows of both org bases hold (reading F2b).

Belongs here: people and parts of effort and capacity, by the rows whose sums they are in.
Does not belong here: which rows are shown (`weekpattern`), what rows tell (`toldgroups`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache

import polars as pl

from sandbox.truth.basis import Basis
from sandbox.truth.toldgroups import Classes, classes_of

UnitRow = tuple[str, str]
"""An org basis and a unit, in a week."""
Part = tuple[str, int, str, int, str]
"""A person, and where an amount of theirs counts: tree and unit as it was, tree and unit today."""
PLACE = ["version", "unit"]


class RowAmounts:
    """What the rows of a week are sums of. `as_was` and `today` are the bases."""

    def __init__(self, as_was: Basis, today: Basis) -> None:
        self.bases = {basis.name: basis for basis in (as_was, today)}
        gave = pl.col("person_days") > 0
        self.effort = _parts(as_was.work.filter(gave), today.work.filter(gave))
        capable = pl.col("is_here") & pl.col("is_working") & (pl.col("fte") > 0)
        self.capacity = _parts(as_was.days.filter(capable), today.days.filter(capable))
        self.above = lru_cache(maxsize=None)(self._above)

    def of_parts(self, week: dt.date, shown: Collection[UnitRow]) -> list[Classes]:
        """Effort and capacity of a week: each part that counts in other units alone."""
        return [
            classes_of(self._in_rows(kind.get(week, ()), frozenset(shown)))
            for kind in (self.effort, self.capacity)
        ]

    def _in_rows(
        self, parts: Iterable[Part], shown: frozenset[UnitRow]
    ) -> Iterator[tuple[str, frozenset[UnitRow]]]:
        then, now = self.bases
        for person, version, unit, version_now, unit_now in parts:
            rows = self.above(then, version, unit) | self.above(now, version_now, unit_now)
            yield person, rows & shown

    def _above(self, basis: str, version: int, unit: str) -> frozenset[UnitRow]:
        path = self.bases[basis].org.tree_of_version(version).path(unit)
        return frozenset((basis, above) for above in path)


def of_people(people: Mapping[UnitRow, Iterable[str]]) -> Classes:
    """People by the rows that count them, once whatever their seats."""
    rows: dict[str, set[UnitRow]] = defaultdict(set)
    for row, counted in people.items():
        for person in counted:
            rows[person].add(row)
    return classes_of((person, frozenset(found)) for person, found in rows.items())


def _parts(then: pl.DataFrame, now: pl.DataFrame) -> dict[dt.date, list[Part]]:
    """By Monday: a day is split over the units of its time and over those of today at once."""
    key = ["worker", "day"]
    found = (
        then.select(*key, *PLACE)
        .unique()
        .join(now.select(*key, *PLACE).unique(), on=key, suffix="_now")
        .select("worker", *PLACE, "version_now", "unit_now", week=pl.col("day").dt.truncate("1w"))
        .unique()
        .sort(pl.all())
    )
    parts: dict[dt.date, list[Part]] = defaultdict(list)
    for *part, week in found.iter_rows():
        parts[week].append(tuple(part))
    return parts
