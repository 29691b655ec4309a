"""Metrics in force for a goal, and their readings (reading G10).

Belongs here: versions of targets by their first day, readings by their day.
Does not belong here: values, attainment.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from sandbox.world import World

LIVE_DAYS_WITHOUT_CADENCE = 35.0


class Metrics:
    """Known metrics of a cut world."""

    def __init__(self, world: World) -> None:
        self.rows: dict[str, dict[str, Any]] = {
            row["metric"]: row for row in world.metrics.sort("metric").iter_rows(named=True)
        }
        self.first_day: dict[str, dict[str, dt.date]] = defaultdict(dict)
        for goal, metric, first in world.goal_metrics.select(
            "goal", "metric", "effective_from"
        ).iter_rows():
            if metric in self.rows:
                known = self.first_day[goal].get(metric, first)
                self.first_day[goal][metric] = min(known, first)
        self.read_days: dict[str, list[dt.date]] = defaultdict(list)
        for metric, day in sorted(world.observations.select("metric", "observed_on").iter_rows()):
            self.read_days[metric].append(day)

    def in_force(self, goal: str, day: dt.date) -> list[str]:
        """Metrics with a version of their target that has begun by `day`, sorted."""
        return sorted(m for m, first in self.first_day.get(goal, {}).items() if first <= day)

    def is_live(self, metric: str, day: dt.date) -> bool:
        """Whether the last reading by `day` is no older than 1.5 cadences (35 days without)."""
        days = [d for d in self.read_days.get(metric, ()) if d <= day]
        cadence = self.rows[metric]["cadence_days"]
        limit = LIVE_DAYS_WITHOUT_CADENCE if cadence is None else 1.5 * cadence
        return bool(days) and (day - days[-1]).days <= limit
