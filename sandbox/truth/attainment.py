"""How far a metric has come towards a goal's target on a day (reading A3).

Belongs here: versions of targets, last recorded readings, attainment of one metric for one goal.
Does not belong here: children, weights, statuses (`progress`).
"""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
from collections import defaultdict
from typing import NamedTuple

from sandbox.truth.metrics import Metrics
from sandbox.world import World

MAINTAINED = ("at_least", "at_most")
"""Kinds of targets that are to be kept, not to be reached."""


class Target(NamedTuple):
    """One version of what a goal wants of a metric; `first` is its first day."""

    first: dt.date
    kind: str | None
    baseline: float | None
    target: float | None
    weight: float | None

    @property
    def is_maintained(self) -> bool:
        """Whether the metric is to stay within the target, day by day."""
        return self.kind in MAINTAINED

    @property
    def aim(self) -> tuple[str | None, float | None, float | None]:
        """What a change of makes a change of the target."""
        return self.kind, self.baseline, self.target


class Attainment(NamedTuple):
    """`raw` as it is, `score` within 0 and 1, or the reason why there is neither."""

    raw: float | None
    score: float | None
    reason: str | None
    n_days: int = 0
    """Observed days in the goal's span, of a maintained target."""


class Targets:
    """Versions of the targets on known metrics, and attainment from a cut world's readings."""

    def __init__(self, world: World, metrics: Metrics) -> None:
        self.versions: dict[str, dict[str, list[Target]]] = defaultdict(lambda: defaultdict(list))
        columns = ("goal", "metric", "effective_from", "kind", "baseline", "target", "weight")
        for goal, metric, *version in world.goal_metrics.select(columns).iter_rows():
            if metric in metrics.rows:
                self.versions[goal][metric].append(Target(*version))
        for of_goal in self.versions.values():
            for versions in of_goal.values():
                versions.sort(key=lambda version: version.first)
        self.days: dict[str, list[dt.date]] = defaultdict(list)
        self.values: dict[str, list[float]] = defaultdict(list)
        said = world.observations.sort("metric", "observed_on", "recorded_at")
        said = said.drop_nulls("value").unique(
            ["metric", "observed_on"], keep="last", maintain_order=True
        )
        for metric, day, value in said.select("metric", "observed_on", "value").iter_rows():
            self.days[metric].append(day)
            self.values[metric].append(value)

    def in_force(self, goal: str, day: dt.date) -> dict[str, Target]:
        """The version of each of the goal's targets that holds on `day`, by metric."""
        begun = {m: self._begun(goal, m, day) for m in sorted(self.versions.get(goal, {}))}
        return {metric: versions[-1] for metric, versions in begun.items() if versions}

    def first(self, goal: str, metric: str) -> Target:
        """The version that the goal began with."""
        return self.versions[goal][metric][0]

    def n_changes(self, goal: str, metric: str, day: dt.date) -> int:
        """Later versions by `day` whose kind, baseline or target is not that of the one before."""
        versions = self._begun(goal, metric, day)
        return sum(before.aim != after.aim for before, after in itertools.pairwise(versions))

    def attained(self, target: Target, metric: str, since: dt.date, day: dt.date) -> Attainment:
        """What `metric` has come to by `day`; a maintained target is judged from `since` on."""
        until = bisect.bisect_right(self.days.get(metric, []), day)
        if target.is_maintained:
            start = bisect.bisect_left(self.days.get(metric, []), since)
            return _kept(target, self.values.get(metric, [])[start:until])
        return _reached(target, self.values[metric][until - 1] if until else None)

    def _begun(self, goal: str, metric: str, day: dt.date) -> list[Target]:
        return [version for version in self.versions[goal][metric] if version.first <= day]


def _kept(target: Target, values: list[float]) -> Attainment:
    n = len(values)
    if not values:
        return Attainment(None, None, "few_observations")
    limit = target.target
    if limit is None:
        return Attainment(None, None, "no_target", n)
    kept = [value >= limit if target.kind == "at_least" else value <= limit for value in values]
    return Attainment(sum(kept) / n, sum(kept) / n, None, n)


def _reached(target: Target, value: float | None) -> Attainment:
    if value is None:
        return Attainment(None, None, "few_observations")
    if target.target is None or target.baseline is None:
        return Attainment(None, None, "no_target")
    span = target.target - target.baseline
    if span == 0:
        return Attainment(None, None, "no_span")
    raw = (value - target.baseline) / span
    return Attainment(raw, min(1.0, max(0.0, raw)), None)
