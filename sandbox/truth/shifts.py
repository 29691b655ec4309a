"""Shifts of customers' metrics, and which initiative answered them when (reading K2).

Belongs here: readings beside the forecasts that came before them, answers, the median response.
Does not belong here: forecasts (they are given), units and months (`customers`).
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

import polars as pl

from sandbox.truth.attainment import Targets
from sandbox.truth.items import Items
from sandbox.truth.links import Links
from sandbox.truth.work import monday
from sandbox.world import GOALS

HORIZONS = (7, 28, 91)
"""Days after a Sunday for which every week has a forecast."""
HALF = Fraction(1, 2)


class Shift(NamedTuple):
    """A metric that left its forecast; `day` is that of the second reading outside."""

    metric: str
    day: dt.date


class Response(NamedTuple):
    """Days from a shift to the first initiative, or, not `is_answered`, to the day of asking."""

    days: int
    is_answered: bool


class Band(NamedTuple):
    """The middle 80 % of a forecast."""

    low: float
    high: float

    def side(self, value: float) -> int:
        """1 above, -1 below, 0 inside, the borders included."""
        return (value > self.high) - (value < self.low)


class Bands:
    """Forecasts as given: metric_id, week_start (their week), target_on, p10, p90."""

    def __init__(self, bands: pl.DataFrame) -> None:
        known = bands.drop_nulls(["p10", "p90"])
        columns = ("metric_id", "week_start", "target_on", "p10", "p90")
        self.of_day = {
            (metric.removeprefix(f"{GOALS}:"), week, target): Band(low, high)
            for metric, week, target, low, high in known.select(columns).iter_rows()
        }

    def of(self, metric: str, sunday: dt.date, day: dt.date) -> Band | None:
        """What the week that ends on `sunday` foresaw for `day`: the first horizon that is not
        before it; None where the day is too far, or nothing was foreseen."""
        targets = (sunday + dt.timedelta(days=days) for days in HORIZONS)
        target = next((target for target in targets if target >= day), None)
        return None if target is None else self.of_day.get((metric, monday(sunday), target))


def shifts_of(metric: str, readings: list[tuple[dt.date, float]], bands: Bands) -> list[Shift]:
    """The shifts of a metric; `readings` (day, value) ascend, one a day.

    After a shift a reading within its own band comes first; its second reading may be that one,
    where the week between already foresaw it."""
    found: list[Shift] = []
    is_ready = True
    for at, (day, value) in enumerate(readings):
        sunday = _sunday_before(day)
        own = bands.of(metric, sunday, day)
        side = own.side(value) if own else None
        if side == 0:
            is_ready = True
        elif side and is_ready and at + 1 < len(readings):
            next_day, next_value = readings[at + 1]
            following = bands.of(metric, sunday, next_day)
            if following and following.side(next_value) == side:
                found.append(Shift(metric, next_day))
                is_ready = False
    return found


class Shifts:
    """All shifts of the customer-facing metrics of a cut world, and their answers."""

    def __init__(self, targets: Targets, items: Items, links: Links, bands: Bands) -> None:
        self.targets, self.bands = targets, bands
        self.goals_of: dict[str, set[str]] = defaultdict(set)
        for goal, versions in targets.versions.items():
            for metric in versions:
                self.goals_of[metric].add(goal)
        self.begun = sorted(
            (row["created_at"].date(), item)
            for item, row in items.rows.items()
            if row["is_initiative"]
        )
        self.linked = {item: _ever_linked(item, items, links) for _, item in self.begun}

    def of_metrics(self, metrics: Iterable[str]) -> list[Shift]:
        """Every shift of the metrics."""
        days, values = self.targets.days, self.targets.values
        found = []
        for metric in sorted(metrics):
            readings = zip(days.get(metric, ()), values.get(metric, ()), strict=True)
            found += shifts_of(metric, list(readings), self.bands)
        return found

    def response(self, shift: Shift, sunday: dt.date) -> Response:
        """How long the answer took, as far as `sunday` knows."""
        for created_on, item in self.begun[bisect.bisect_left(self.begun, (shift.day, "")) :]:
            if created_on <= sunday and self._serves(item, shift, sunday):
                return Response((created_on - shift.day).days, is_answered=True)
        return Response((sunday - shift.day).days, is_answered=False)

    def _serves(self, item: str, shift: Shift, sunday: dt.date) -> bool:
        """Whether a link that was made by `sunday`, taken away since or not, names a goal that by
        then had a target on the metric."""
        goals = {goal for goal, since in self.linked[item] if since <= sunday}
        return any(
            self.targets.first(goal, shift.metric).first <= sunday
            for goal in goals & self.goals_of[shift.metric]
        )


def median_days(responses: Iterable[Response]) -> float | None:
    """The first day by which the product-limit estimate of Kaplan and Meier (1958), of those
    without an answer yet, is at most one half; None where it stays above."""
    known = list(responses)
    share = Fraction(1)
    for days in sorted({response.days for response in known if response.is_answered}):
        at_risk = sum(response.days >= days for response in known)
        answered = sum(response.is_answered and response.days == days for response in known)
        share *= 1 - Fraction(answered, at_risk)
        if share <= HALF:
            return float(days)
    return None


def _sunday_before(day: dt.date) -> dt.date:
    return monday(day) - dt.timedelta(days=1)


def _ever_linked(item: str, items: Items, links: Links) -> set[tuple[str, dt.date]]:
    """Goals that a link of the item or of anything above it ever named, with its day."""
    return {
        (link.goal, link.since)
        for node in items.lineage(item)
        for link in links.direct.get(node, ())
    }
