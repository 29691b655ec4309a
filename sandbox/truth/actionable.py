"""actionable_metric_share: of a unit's live metrics, those that its own work can move (M1).

Belongs here: leading metrics that an open initiative of the unit serves, by way of a goal.
Does not belong here: the scorecard that it is a part of.
"""

from __future__ import annotations

from sandbox.truth.links import Links
from sandbox.truth.metrics import Metrics
from sandbox.truth.months import Month, Months
from sandbox.truth.pull import Pull


class Actionable:
    """Metrics of units of a cut world."""

    def __init__(self, metrics: Metrics, links: Links, pull: Pull) -> None:
        self.metrics, self.links, self.pull = metrics, links, pull

    def share(self, months: Months, row: Month) -> float | None:
        """Live leading metrics in force on the row's goals that an open initiative of the unit is
        linked to, by its live metrics that are known to be leading or not; None without any."""
        goals = months.goals(row)
        known = {m for m in self._live(goals, row) if self._is_leading(m) is not None}
        if not known:
            return None
        last_day = row.basis.last_day
        served = {
            goal
            for initiative in self.pull.open_initiatives(months, row)
            for goal in self.links.goals_in_week(initiative, row.sunday, last_day)
        }
        moved = {m for m in self._live(goals & served, row) if self._is_leading(m)}
        return len(moved) / len(known)

    def _live(self, goals: frozenset[str], row: Month) -> set[str]:
        day = row.sunday
        in_force = {metric for goal in goals for metric in self.metrics.in_force(goal, day)}
        return {metric for metric in in_force if self.metrics.is_live(metric, day)}

    def _is_leading(self, metric: str) -> bool | None:
        is_leading: bool | None = self.metrics.rows[metric]["is_leading"]
        return is_leading
