"""customer_alignment: do goals follow customers' needs, and how fast (readings K1, K2)?

Belongs here: which goals face customers, the share of goals and effort that does, what a unit's
metrics asked for and when it was answered.
Does not belong here: shifts and answers (`shifts`), rows and small groups (`months`).
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import polars as pl

from sandbox.truth.basis import Basis
from sandbox.truth.focus import goal_effort_of_units
from sandbox.truth.goals import Goals
from sandbox.truth.metrics import Metrics
from sandbox.truth.months import Month, Months, Row, month_table
from sandbox.truth.shifts import Shifts, median_days

SHIFT_DAYS = 365
"""Days to a Sunday whose shifts a row speaks of."""
_N, _F = pl.Int64, pl.Float64
COLUMNS: dict[str, Any] = {
    "n_goals": _N,
    "customer_goal_share": _F,
    "customer_effort_share": _F,
    "median_days_since_need_confirmed": _F,
}
RESPONSES: dict[str, Any] = {
    "n_shifts": _N,
    "n_shifts_unanswered": _N,
    "median_response_days": _F,
}


class Customers:
    """Which goals of a cut world face customers, on any Sunday. `parts` is the split of
    `work.classified`; `shifts` None where no forecast is given."""

    def __init__(
        self, goals: Goals, metrics: Metrics, parts: pl.DataFrame, shifts: Shifts | None
    ) -> None:
        self.goals, self.metrics, self.parts, self.shifts = goals, metrics, parts, shifts
        facing = sorted(m for m, row in metrics.rows.items() if row["is_customer_facing"])
        self.found = shifts.of_metrics(facing) if shifts else []
        self.is_facing = lru_cache(maxsize=None)(self._is_facing)

    def table(self, months: Months) -> pl.DataFrame:
        """The mart; `RESPONSES` are there only with forecasts."""
        bases = {row.basis.name: row.basis for row in months.rows}
        effort = {name: self._effort(basis) for name, basis in bases.items()}

        def numbers(row: Month) -> Row:
            given = effort[row.basis.name].get((row.unit, row.week_start), {})
            return self._numbers(row, months.goals(row), given)

        columns = COLUMNS | RESPONSES if self.shifts else COLUMNS
        return month_table(months.rows, numbers, columns)

    def _effort(self, basis: Basis) -> dict[tuple[str, dt.date], dict[str, float]]:
        """Person-days by goal, of every unit (its subtree included) and Monday."""
        found: dict[tuple[str, dt.date], dict[str, float]] = defaultdict(dict)
        columns = ("ancestor", "week_start", "goal", "person_days")
        for unit, week, goal, days in (
            goal_effort_of_units(basis, self.parts).select(columns).iter_rows()
        ):
            found[unit, week][goal] = days
        return found

    def _numbers(self, row: Month, goals: frozenset[str], effort: dict[str, float]) -> Row:
        facing = {goal: self.is_facing(goal, row.sunday) for goal in goals}
        known = [is_facing for is_facing in facing.values() if is_facing is not None]
        confirmed = [
            (row.sunday - day).days
            for goal, is_facing in facing.items()
            if is_facing
            and (day := self.goals.rows[goal]["need_confirmed_on"]) is not None
            and day <= row.sunday
        ]
        unknown = None if known else "unknown_customers"
        return {
            "n_goals": len(goals),
            "customer_goal_share": sum(known) / len(known) if known else None,
            "customer_effort_share": self._effort_share(row.sunday, effort),
            "median_days_since_need_confirmed": statistics.median(confirmed) if confirmed else None,
            **(self._responses(self.shifts, row.sunday, goals) if self.shifts else {}),
            "reason_missing": unknown if goals else "no_goals",
        }

    def _is_facing(self, goal: str, sunday: dt.date) -> bool | None:
        """Whether it is for customers; None where neither a need nor a metric says (K1)."""
        said = [
            self.metrics.rows[metric]["is_customer_facing"]
            for metric in self.metrics.in_force(goal, sunday)
        ]
        if self.goals.rows[goal]["need_key"] is not None or any(said):
            return True
        return False if said and all(facing is False for facing in said) else None

    def _effort_share(self, sunday: dt.date, effort: dict[str, float]) -> float | None:
        known = [(self.is_facing(goal, sunday), days) for goal, days in effort.items()]
        whole = math.fsum(days for is_facing, days in known if is_facing is not None)
        return math.fsum(days for is_facing, days in known if is_facing) / whole if whole else None

    def _responses(self, shifts: Shifts, sunday: dt.date, goals: Iterable[str]) -> Row:
        """Shifts of the year to the Sunday, of metrics of the row's goals, each once (K2)."""
        measured = {metric for goal in goals for metric in self.metrics.in_force(goal, sunday)}
        after = sunday - dt.timedelta(days=SHIFT_DAYS)
        responses = [
            shifts.response(shift, sunday)
            for shift in self.found
            if shift.metric in measured and after < shift.day <= sunday
        ]
        return {
            "n_shifts": len(responses),
            "n_shifts_unanswered": sum(not response.is_answered for response in responses),
            "median_response_days": median_days(responses),
        }
