"""Goals rolled up from their metrics, check-ins and children on a day (readings A2 to A9).

Belongs here: what a goal's items are, their weights, scores, what is expected, leaves.
Does not belong here: attainment of one metric (`attainment`), statuses, the mart (`progress`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sandbox.truth.alignment import DEFAULT_CADENCE, is_published
from sandbox.truth.attainment import Attainment, Target, Targets
from sandbox.truth.goals import FAR, GoalGraph, Goals
from sandbox.truth.metrics import Metrics
from sandbox.world import World

LEAST_EXPECTED = 0.1
LEAST_DAYS_KEPT = 3
NO_PART = ("draft", "cancelled")
ONE_DAY = dt.timedelta(days=1)
Key = tuple[object, ...]


def rounded(value: float) -> float:
    """As shares and paces are compared (A10)."""
    return round(value, 9)


@dataclass(frozen=True)
class Item:
    """A metric, a check-in or a child of a goal. Scores are null together: without data."""

    weight: float | None
    equal: float | None = None
    weighted: float | None = None
    weakest: float | None = None
    expected: float | None = None
    is_due: bool = True

    @property
    def has_data(self) -> bool:
        """Whether anything is known of it."""
        return self.weighted is not None

    @property
    def pace(self) -> float | None:
        """Score by what is expected."""
        return self.weighted / self.expected if self.has_data and self.expected else None

    @property
    def is_judged(self) -> bool:
        """Whether its pace says something yet (A9)."""
        due = self.has_data and self.is_due and self.expected is not None
        return due and rounded(self.expected) >= LEAST_EXPECTED


class Leaf(NamedTuple):
    """What is at the bottom: a metric of (goal, day), its check-in, or a child not begun."""

    goal: str
    day: dt.date
    item: Item
    is_live: bool


@dataclass(frozen=True)
class Rollup:
    """(goal, day), rolled up. `item` is what it is to a parent, before its weight; `leaves` are
    the distinct ones below it; `below` the same where the goal is not the one that is judged."""

    items: list[Item]
    own: dict[str, Attainment]
    has_children: bool
    item: Item
    leaves: dict[Key, Leaf]
    below: dict[Key, Leaf]
    is_any_due: bool


class Rollups:
    """Rolls up any goal on any day of a cut world, once."""

    def __init__(
        self, world: World, goals: Goals, graph: GoalGraph, metrics: Metrics, last_day: dt.date
    ) -> None:
        self.goals, self.graph, self.metrics = goals, graph, metrics
        self.targets = Targets(world, metrics)
        self.shown = {goal for goal in goals.rows if is_published(goals, goal, last_day)}
        contributes = world.goal_edges.filter(edge_type="contributes")
        self.edge_weight: dict[tuple[str, str], float | None] = {
            (child, parent): weight
            for child, parent, weight in contributes.select("child", "parent", "weight").iter_rows()
        }
        self.checkins: dict[str, list[tuple[dt.date, float]]] = defaultdict(list)
        said = world.checkins.drop_nulls("progress").sort("at", "checkin")
        for goal, at, progress in said.select("goal", "at", "progress").iter_rows():
            self.checkins[goal].append((at.date(), progress))
        self._known: dict[tuple[str, dt.date], Rollup] = {}

    def on(self, goal: str, day: dt.date) -> Rollup:
        """The goal as it stood on `day`."""
        if (goal, day) not in self._known:
            self._known[goal, day] = self._roll_up(goal, day)
        return self._known[goal, day]

    def attained(self, goal: str, metric: str, target: Target, day: dt.date) -> Attainment:
        """Attainment of one of the goal's metrics against a version of its target."""
        return self.targets.attained(target, metric, self.goals.active_from(goal, day), day)

    def _roll_up(self, goal: str, day: dt.date) -> Rollup:
        own: dict[str, Attainment] = {}
        items: list[Item] = []
        mine: dict[Key, Leaf] = {}
        for metric, target in self.targets.in_force(goal, day).items():
            own[metric] = self.attained(goal, metric, target, day)
            items.append(self._of_metric(goal, metric, target, own[metric], day))
            if items[-1].has_data:
                key = (metric, target.baseline, target.target)
                mine[key] = Leaf(goal, day, items[-1], self.metrics.is_live(metric, day))
        below: dict[Key, Leaf] = dict(mine)
        any_due = any(leaf.item.is_due for leaf in mine.values())
        children = [c for c in self.graph.children[goal] if self._counts(c, day)]
        for child in children:
            item, leaves, is_due = self._of_child(child, goal, day)
            items.append(item)
            any_due |= is_due
            _merge(below, leaves)
        if not items and (said := self._last_checkin(goal, day)):
            items, leaf = [said.item], {(goal,): said}
            mine, below, any_due = leaf, dict(leaf), True
        whole = _mean_of(items)
        return Rollup(items, own, bool(children), whole, {**below, **mine}, below, any_due)

    def _of_metric(
        self, goal: str, metric: str, target: Target, found: Attainment, day: dt.date
    ) -> Item:
        expected = 1.0 if target.is_maintained else self._elapsed(goal, day)
        cadence = self.metrics.rows[metric]["cadence_days"]
        since = self.goals.active_from(goal, day)
        is_due = cadence is None or day >= since + cadence * ONE_DAY
        is_due &= not target.is_maintained or found.n_days >= LEAST_DAYS_KEPT
        return Item(target.weight, found.score, found.score, found.score, expected, is_due)

    def _counts(self, child: str, day: dt.date) -> bool:
        """Whether the child is a part of its parent: once it is written down, if not begun."""
        if child not in self.shown or self.goals.value(child, "status", day) in NO_PART:
            return False
        written_on = self.goals.rows[child]["created_at"].date()
        return written_on <= day or not self._is_to_come(child, day)

    def _is_to_come(self, child: str, day: dt.date) -> bool:
        """Not begun; a goal whose last day is over is that first, whenever it should begin."""
        return self.goals.active_from(child, day) > day <= self.goals.active_to(child, day)

    def _of_child(
        self, child: str, parent: str, day: dt.date
    ) -> tuple[Item, dict[Key, Leaf], bool]:
        weight = _positive(self.edge_weight[child, parent])
        if weight is None:
            weight = _positive(self.goals.value(child, "weight", day))
        if self._is_to_come(child, day):
            item = Item(weight, 0.0, 0.0, 0.0, 0.0, is_due=False)
            return item, {(child,): Leaf(child, day, item, is_live=True)}, False
        rolled = self.on(child, min(day, self.goals.active_to(child, day)))
        whole = rolled.item
        item = Item(weight, whole.equal, whole.weighted, whole.weakest, whole.expected)
        return item, rolled.below, rolled.is_any_due

    def _last_checkin(self, goal: str, day: dt.date) -> Leaf | None:
        said = [(on, progress) for on, progress in self.checkins.get(goal, ()) if on <= day]
        if not said:
            return None
        on, progress = said[-1]
        score = min(1.0, max(0.0, progress))
        cadence = self.goals.rows[goal]["checkin_cadence_days"]
        is_live = (day - on).days <= (DEFAULT_CADENCE if cadence is None else cadence)
        item = Item(None, score, score, score, self._elapsed(goal, day))
        return Leaf(goal, day, item, is_live)

    def _elapsed(self, goal: str, day: dt.date) -> float | None:
        """Share of the goal's days that have passed; a goal that ends before it begins is over."""
        first, last = self.goals.active_from(goal, day), self.goals.active_to(goal, day)
        if last == FAR:
            return None
        if last < first:
            return 1.0
        return min(1.0, max(0.0, ((day - first).days + 1) / ((last - first).days + 1)))


def mean(values: Iterable[float]) -> float | None:
    """The equal mean, null of nothing."""
    known = list(values)
    return math.fsum(known) / len(known) if known else None


def _mean_of(items: list[Item]) -> Item:
    weights = _weights(items)
    pairs = [(item, w) for item, w in zip(items, weights, strict=True) if item.has_data]
    data = [item for item, _ in pairs]
    return Item(
        None,
        mean(item.equal for item in data),
        _weighted((item.weighted, w) for item, w in pairs),
        min((item.weakest for item in data), default=None),
        _weighted((item.expected, w) for item, w in pairs if item.expected is not None),
    )


def _weights(items: list[Item]) -> list[float]:
    """A missing weight is the mean of the siblings' weights, 1 where none has any (A5)."""
    given = [_positive(item.weight) for item in items]
    typical = mean(weight for weight in given if weight is not None)
    fallback = 1.0 if typical is None else typical
    return [fallback if weight is None else weight for weight in given]


def _positive(weight: float | str | None) -> float | None:
    number = None if weight is None else float(weight)
    return number if number is not None and number > 0 else None


def _weighted(pairs: Iterable[tuple[float, float]]) -> float | None:
    known = list(pairs)
    total = math.fsum(weight for _, weight in known)
    return math.fsum(value * weight for value, weight in known) / total if known else None


def _merge(into: dict[Key, Leaf], leaves: dict[Key, Leaf]) -> None:
    """Of leaves with one key keep that of the least goal, then the latest day (A6)."""
    for key, leaf in leaves.items():
        known = into.get(key)
        if known is None or (leaf.goal, known.day) < (known.goal, leaf.day):
            into[key] = leaf
