"""The metrics of the sample company: their readings and the targets that goals set on them.

Belongs here: metrics, goal_metrics, observations. Does not belong here: which goals exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sandbox.draw import DAY, NEVER, Plan, dates, instants, keys, quota, table
from sandbox.goalbook import GoalBook
from sandbox.orgtree import Org
from sandbox.people import People
from sandbox.words import MEASURES


@dataclass
class Metric:
    """A metric; days as numbers. `died` is its last day of readings."""

    unit: int
    created: int
    cadence: int
    base: float
    trend: float
    season: float
    died: int = NEVER
    gap_from: int = NEVER

    def value(self, day: int, start: int) -> float:
        """The level without noise: a trend over years and a season of a year."""
        years = (day - start) / 365.25
        return self.base * (1 + self.trend * years + self.season * np.sin(2 * np.pi * years))


def measure(plan: Plan, org: Org, people: People, book: GoalBook) -> dict[str, pl.DataFrame]:
    """Tables metrics, goal_metrics and observations."""
    metrics = _pool(plan, org)
    ids = keys("M", range(1, len(metrics) + 1), 4)
    rng = plan.rng("metrics-table")
    kinds = rng.integers(0, len(MEASURES), len(metrics))
    n = len(metrics)
    owners = [people.heads.get(m.unit) if m.created % 5 else None for m in metrics]
    cadence_said = quota(rng, n, {True: 0.9, False: 0.1})
    return {
        "metrics": table(
            "metrics",
            {
                "metric": ids,
                "name": [
                    f"{MEASURES[k][0]}, {org.names[m.unit]}"
                    for k, m in zip(kinds, metrics, strict=True)
                ],
                "unit": [MEASURES[kind][1] for kind in kinds],
                "cadence_days": [
                    m.cadence if said else None
                    for m, said in zip(metrics, cadence_said, strict=True)
                ],
                "is_leading": quota(rng, n, {True: 0.4, False: 0.35, None: 0.25}),
                "is_customer_facing": quota(rng, n, {True: 0.3, False: 0.45, None: 0.25}),
                "owner": [None if owner is None else people.keys[owner] for owner in owners],
                "created_at": instants([m.created * DAY + 6 * 3600 for m in metrics]),
            },
        ),
        "goal_metrics": _targets(plan, book, metrics, ids),
        "observations": _readings(plan, metrics, ids),
    }


def _pool(plan: Plan, org: Org) -> list[Metric]:
    """Three metrics or more for each unit; some begin late, some die, some have a long gap."""
    rng = plan.rng("metrics")
    units = [unit for unit in range(len(org)) for _ in range(2 + (unit % 3 > 0) + (unit % 4 > 2))]
    n = len(units)
    cadences = quota(rng, n, {1: 0.06, 7: 0.6, 14: 0.12, 30: 0.22}).astype(int)
    fates = quota(rng, n, {"lives": 0.66, "dies": 0.1, "gap": 0.12, "young": 0.12})
    metrics = []
    for unit, cadence, fate in zip(units, cadences, fates, strict=True):
        created = max(plan.start - int(rng.integers(10, 150)), org.born[unit])
        metric = Metric(
            unit,
            created,
            int(cadence),
            float(rng.lognormal(4, 0.8)),
            float(rng.normal(0.1, 0.2)),
            float(rng.choice([0, 0, 0.1, 0.25])),
        )
        if fate == "dies":
            metric.died = int(rng.integers(plan.day(0.3), plan.day(0.85)))
        elif fate == "gap":
            metric.gap_from = int(rng.integers(plan.day(0.2), plan.day(0.8)))
        elif fate == "young":
            metric.created = max(created, int(rng.integers(plan.day(0.2), plan.day(0.7))))
        metrics.append(metric)
    return metrics


def _targets(plan: Plan, book: GoalBook, metrics: list[Metric], ids: list[str]) -> pl.DataFrame:
    """Targets of about half the goals; one in six is changed while the goal runs."""
    rng = plan.rng("targets")
    of_unit: dict[int, list[int]] = {}
    for number, metric in enumerate(metrics):
        if number % 9:
            of_unit.setdefault(metric.unit, []).append(number)
    spare = list(range(9, len(metrics), 18))
    goals = [
        (n, g)
        for n, g in enumerate(book.goals)
        if g.level != "individual" and g.title != "A standing promise"
    ]
    counts = quota(rng, len(goals), {0: 0.4, 1: 0.32, 2: 0.18, 3: 0.07, 6: 0.03}).astype(int)
    rows: list[tuple[str, str, str, float, float | None, float | None, int]] = []
    for (number, goal), count in zip(goals, counts, strict=True):
        first = goal.starts if goal.starts != NEVER else goal.created // DAY
        if goal.created >= (plan.end + 1) * DAY:
            continue
        own = of_unit.get(goal.home, [])
        others = [n for n in rng.permutation(len(metrics))[:8].tolist() if n % 9 and n not in own]
        for chosen in [*rng.permutation(own).tolist(), *others][:count]:
            rows += _target(rng, plan, book.key(number), metrics[chosen], ids[chosen], first)
    own = [(n, g) for n, g in enumerate(book.goals) if g.level == "individual"]
    for place, (number, goal) in enumerate(own[::25]):
        chosen = spare[place % len(spare)]
        rows += _target(rng, plan, book.key(number), metrics[chosen], ids[chosen], goal.starts)
    goal, metric, kind, baseline, target, weight, since = zip(*rows, strict=True)
    return table(
        "goal_metrics",
        {
            "goal": goal,
            "metric": metric,
            "kind": kind,
            "baseline": baseline,
            "target": target,
            "weight": weight,
            "effective_from": dates(since),
        },
    )


def _target(
    rng: np.random.Generator, plan: Plan, key: str, metric: Metric, metric_key: str, first: int
) -> list[tuple[str, str, str, float, float | None, float | None, int]]:
    """The versions of one target: one, or two where it was changed."""
    kind = str(rng.choice(["reach", "at_least", "at_most"], p=[0.74, 0.14, 0.12]))
    baseline = round(metric.value(first, plan.start), 2)
    target = round(baseline * float(rng.choice([0.8, 0.9, 1.1, 1.25, 1.0])), 2)
    weight = round(float(rng.uniform(0.1, 1)), 2) if rng.random() < 0.4 else None
    rows = [(key, metric_key, kind, baseline, target, weight, first)]
    if rng.random() < 0.17:
        changed = first + int(rng.integers(15, 60))
        rows.append((key, metric_key, kind, baseline, round(target * 1.1, 2), weight, changed))
    return [row for row in rows if row[-1] <= plan.end]


def _readings(plan: Plan, metrics: list[Metric], ids: list[str]) -> pl.DataFrame:
    """Readings of all metrics: noise, holes, dead ends, and some days said again later."""
    rng = plan.rng("readings")
    parts = []
    for number, metric in enumerate(metrics):
        last = min(metric.died, plan.end)
        days = np.arange(metric.created + 2, last + 1, metric.cadence)
        days = days[(days < metric.gap_from) | (days > metric.gap_from + 56)]
        days = days[rng.random(len(days)) > 0.04]
        noise = rng.normal(1, 0.04, len(days))
        values = np.array([metric.value(int(day), plan.start) for day in days]) * noise
        manual = number % 3 == 0
        delay = rng.integers(0, 4, len(days)) if manual else np.ones(len(days), dtype=int)
        clock = rng.integers(7 * 3600, 18 * 3600, len(days)) if manual else 5 * 3600
        again = rng.random(len(days)) < 0.03
        recorded = (days + delay) * DAY + clock
        parts.append((np.full(len(days), number), days, values, recorded))
        later = recorded[again] + rng.integers(4, 13, again.sum()) * DAY
        parts.append((np.full(again.sum(), number), days[again], values[again] * 1.05, later))
    number, day, value, recorded = (np.concatenate(part) for part in zip(*parts, strict=True))
    kept = recorded < (plan.end + 1) * DAY
    labels = np.array(ids, dtype=object)[number]
    entry = np.where(number % 3 == 0, "manual", "integration")
    return table(
        "observations",
        {
            "metric": labels[kept],
            "observed_on": dates(day[kept]),
            "value": np.round(value[kept], 3),
            "entry": entry[kept],
            "recorded_at": instants(recorded[kept]),
        },
    )
