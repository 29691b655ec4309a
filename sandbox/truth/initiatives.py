"""Initiatives at as_of: their goals, their work, their unit (readings C1, C7).

Belongs here: what goal_triad and alignment_chain both ask about initiatives.
Does not belong here: rows of either mart.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict

import polars as pl

from sandbox.truth.identity import Identity
from sandbox.truth.items import Items
from sandbox.truth.links import Links
from sandbox.truth.org import Organisation

LIVE_DAYS = 28
EFFORT_DAYS = 90


def whole_days(by_worker: dict[str, float], minimum: int) -> float | None:
    """Person-days of a group, half up; None under the minimum of distinct workers.

    The ninth decimal is the last that counts, so that a half that a sum of fractions only just
    misses is still a half."""
    workers = [worker for worker, days in by_worker.items() if days > 0]
    if len(workers) < minimum:
        return None
    return float(math.floor(round(math.fsum(by_worker.values()), 9) + 0.5))


def by_worker(effort: pl.DataFrame, key: str, last_day: dt.date) -> dict[str, dict[str, float]]:
    """Person-days of the 90 days to `last_day`, by `key` and worker."""
    recent = effort.filter(pl.col("day") > last_day - dt.timedelta(days=EFFORT_DAYS))
    sums = recent.group_by(key, "worker", maintain_order=True).agg(pl.col("person_days").sum())
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for name, worker, days in sums.sort(key, "worker").iter_rows():
        found[name][worker] = days
    return found


class Initiatives:
    """Initiatives that exist at as_of. `work` is effort in units, `placed`."""

    def __init__(
        self,
        identity: Identity,
        org: Organisation,
        items: Items,
        links: Links,
        work: pl.DataFrame,
        last_day: dt.date,
    ) -> None:
        self.identity, self.org, self.items, self.last_day = identity, org, items, last_day
        self.keys = [item for item, row in items.rows.items() if row["is_initiative"]]
        self.goals = {i: links.goals_at(i, last_day, last_day) for i in self.keys}
        initiative_of = {item: items.initiative(item) for item in items.rows}
        self.parts: dict[str, list[str]] = defaultdict(list)
        for item, initiative in initiative_of.items():
            if initiative is not None:
                self.parts[initiative].append(item)
        owners = pl.DataFrame(
            list(initiative_of.items()),
            schema={"item": pl.String, "initiative": pl.String},
            orient="row",
        )
        self.work = work.join(owners.drop_nulls(), on="item", maintain_order="left").filter(
            pl.col("person_days") > 0
        )
        recent = self.work.filter(pl.col("day") > last_day - dt.timedelta(days=LIVE_DAYS))
        self.worked = set(recent["initiative"])
        self.effort = by_worker(self.work, "initiative", last_day)
        self.busiest_unit = self._busiest_units()

    def of_goals(self, goals: set[str]) -> set[str]:
        """Initiatives with a link at as_of to one of the goals."""
        return {i for i, linked in self.goals.items() if not goals.isdisjoint(linked)}

    def is_live(self, initiative: str) -> bool:
        """Not finished, with effort or a change of it or its items within 28 days."""
        after = self.last_day - dt.timedelta(days=LIVE_DAYS)
        changes = (day for part in self.parts[initiative] for day in self.items.change_days[part])
        return not self.items.is_finished(initiative) and (
            initiative in self.worked or any(day > after for day in changes)
        )

    def is_long_closed(self, initiative: str) -> bool:
        """Closed more than 90 days before as_of."""
        closed_at = self.items.closed_at(initiative)
        limit = self.last_day - dt.timedelta(days=EFFORT_DAYS)
        return closed_at is not None and closed_at.date() < limit

    def unit(self, initiative: str) -> str | None:
        """Primary unit of its assignee, else the direct unit with most of its effort."""
        assignee = self.items.now(initiative, "assignee")
        person = self.identity.person(assignee) if assignee else None
        unit = self.org.primary_unit(person, self.last_day) if person else None
        return unit or self.busiest_unit.get(initiative)

    def _busiest_units(self) -> dict[str, str]:
        sums = (
            self.work.drop_nulls("unit")
            .group_by("initiative", "unit", maintain_order=True)
            .agg(pl.col("person_days").sum().round(9))
            .sort("initiative", "person_days", "unit", descending=[False, True, False])
        )
        return dict(
            sums.unique("initiative", keep="first", maintain_order=True)
            .select("initiative", "unit")
            .iter_rows()
        )
