"""Where days, people, work and goals count: as it was, or by today's organisation (reading E13).

Belongs here: the days of workers, the work and the tree of each org basis.
Does not belong here: what is counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cached_property

import polars as pl

from sandbox.truth.org import Organisation, Tree
from sandbox.truth.presence import people_by_unit, subtrees

AS_WAS, RESTATED = "as_was", "restated"
ONE_WEEK = dt.timedelta(days=7)
TO_SUNDAY = dt.timedelta(days=6)
SUNDAY = 7
"""As polars numbers the days of a week."""


class Basis:
    """One org basis. `days` are those of workers (`presence`), placed in this basis; `effort` and
    its `classes` become `work`: effort with its class in the direct units of its worker."""

    def __init__(
        self,
        name: str,
        org: Organisation,
        days: pl.DataFrame,
        effort: pl.DataFrame,
        classes: pl.DataFrame,
        last_day: dt.date,
    ) -> None:
        self.name, self.org, self.days, self.last_day = name, org, days, last_day
        self.work = placed(effort, classes, days)

    def day_of_tree(self, sunday: dt.date) -> dt.date:
        """The day whose organisation a week is shown in: its tree, and the units of goals."""
        return self.last_day if self.name == RESTATED else sunday

    def tree(self, sunday: dt.date) -> Tree:
        """The tree whose units are the rows of the week that ends on `sunday`."""
        return self.org.tree(self.day_of_tree(sunday))

    def weeks(self) -> Iterator[dt.date]:
        """Mondays from the first week with effort to the last whose Sunday has come."""
        if not self.work.is_empty():
            week: dt.date = self.work["week_start"].min()
            while week + TO_SUNDAY <= self.last_day:
                yield week
                week += ONE_WEEK

    def rows(self) -> Iterator[tuple[str, dt.date]]:
        """(unit, Monday) of every row of a weekly mart."""
        for week in self.weeks():
            for unit in sorted(self.tree(week + TO_SUNDAY).parent):
                yield unit, week

    @cached_property
    def above(self) -> pl.DataFrame:
        """version, unit, ancestor for every tree in which days count."""
        return subtrees(self.org, self.days["version"].unique())

    @cached_property
    def own_workers(self) -> dict[tuple[str, dt.date], frozenset[str]]:
        """Who gave effort, by direct unit and Monday."""
        given = self.work.filter(pl.col("person_days") > 0)
        groups = given.group_by("unit", "week_start").agg(pl.col("worker").unique())
        return {(unit, week): frozenset(workers) for unit, week, workers in groups.iter_rows()}

    @cached_property
    def present(self) -> dict[tuple[str, dt.date], frozenset[str]]:
        """Workers of the headcount by direct unit and Sunday."""
        return people_by_unit(self._sundays)

    @cached_property
    def headcount(self) -> dict[tuple[str, dt.date], frozenset[str]]:
        """Workers of the headcount by unit, its subtree included, and Sunday."""
        seated = self._sundays.join(self.above, on=["version", "unit"])
        return people_by_unit(seated.with_columns(unit="ancestor"))

    @cached_property
    def _sundays(self) -> pl.DataFrame:
        """Who is there on a Sunday."""
        return self.days.filter("is_here", pl.col("day").dt.weekday() == SUNDAY)


def placed(effort: pl.DataFrame, classes: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Effort with its class, in the direct units of its worker that day; sorted."""
    weekly = effort.with_columns(week_start=pl.col("day").dt.truncate("1w"))
    return (
        weekly.join(classes, on=["item", "week_start"])
        .join(days.select("worker", "day", "version", "unit", "share"), on=["worker", "day"])
        .with_columns(person_days=pl.col("person_days") * pl.col("share"))
        .sort("day", "worker", "item", "unit", "share")
    )
