"""goal_week and goal_alignment: how each goal stood, week by week (readings G7, G8).

Belongs here: one goal on one Sunday, seen with its neighbours, owners and signs of life.
Does not belong here: classes (`states`), effort itself.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import polars as pl

from sandbox.truth.goals import GoalGraph, Goals
from sandbox.truth.metrics import Metrics
from sandbox.truth.states import State, States
from sandbox.truth.told import Told
from sandbox.truth.work import monday
from sandbox.world import GOALS, HR, World

CROWD = 5
"""More metrics, or more goals of one unit, than this are too many."""
PHANTOM_DAYS = 90
DEFAULT_CADENCE = 30
_N, _B = pl.Int64, pl.Boolean
WEEK = {
    "goal_id": pl.String,
    "week_start": pl.Date,
    "is_active": _B,
    "is_ended": _B,
    "node_class": pl.String,
    "depth": _N,
    "links_to_top": _N,
    "org_unit_id": pl.String,
}
ALIGNMENT = {
    "goal_id": pl.String,
    "week_start": pl.Date,
    "org_unit_id": pl.String,
    "node_class": pl.String,
    "depth": _N,
    "n_children": _N,
    "is_aligned_up": _B,
    "is_cascaded_down": _B,
    "is_shared": _B,
    "is_overloaded": _B,
    "days_since_checkin": _N,
    "checkin_state": pl.String,
    "is_phantom_owned": _B,
    "links_to_top": _N,
}


def hr_id(unit: str | None) -> str | None:
    """A unit's id in marts."""
    return None if unit is None else f"{HR}:{unit}"


def is_published(goals: Goals, goal: str, last_day: dt.date) -> bool:
    """Whether a goal may be shown: neither individual nor private, as it stands now."""
    is_private = goals.rows[goal]["visibility"] == "private"
    return not is_private and not goals.is_individual(goal, last_day)


class GoalWeeks:
    """The goals of a cut world on the Sundays up to `last_day`."""

    def __init__(
        self,
        world: World,
        goals: Goals,
        graph: GoalGraph,
        states: States,
        metrics: Metrics,
        told: Told,
        goal_effort: pl.DataFrame,
        last_day: dt.date,
    ) -> None:
        self.goals, self.graph, self.states = goals, graph, states
        self.metrics, self.told, self.last_day = metrics, told, last_day
        self.checkin_days: dict[str, list[dt.date]] = defaultdict(list)
        for goal, at in world.checkins.sort("at").select("goal", "at").iter_rows():
            self.checkin_days[goal].append(at.date())
        self.effort_days: dict[str, list[dt.date]] = defaultdict(list)
        worked = goal_effort.filter(pl.col("person_days") > 0).select("goal", "day").unique()
        for goal, day in worked.sort("goal", "day").iter_rows():
            self.effort_days[goal].append(day)

    def sundays(self) -> Iterator[dt.date]:
        """Sundays from the first day that any goal ever had to the last day."""
        firsts = [self._first_day(goal) for goal in self.goals.rows]
        if firsts:
            sunday = monday(min(firsts)) + dt.timedelta(days=6)
            while sunday <= self.last_day:
                yield sunday
                sunday += dt.timedelta(days=7)

    def weeks(self) -> pl.DataFrame:
        """goal_week: every goal, individual and private ones too, active or ended on a Sunday."""
        rows = [
            {
                **self._key(goal, state),
                "is_active": goal in state.active,
                "is_ended": goal in state.ended,
                "node_class": state.node_class.get(goal),
                "depth": state.depth.get(goal),
                "links_to_top": len(state.tops.get(goal, ())),
            }
            for state in map(self.states.on, self.sundays())
            for goal in state.active | state.ended
        ]
        return pl.DataFrame(rows, schema=WEEK).sort("goal_id", "week_start")

    def alignment(self) -> pl.DataFrame:
        """goal_alignment: published goals in the weeks in which they are active."""
        rows = []
        for state in map(self.states.on, self.sundays()):
            crowds = Counter(
                self.goals.unit(goal, state.day)
                for goal in state.active
                if not self.goals.is_individual(goal, state.day)
            )
            shown = [g for g in state.active if self._is_shown(g)]
            rows += [self._row(goal, state, crowds) for goal in shown]
        return pl.DataFrame(rows, schema=ALIGNMENT).sort("goal_id", "week_start")

    def _row(self, goal: str, state: State, crowds: Counter[str | None]) -> dict[str, Any]:
        day = state.day
        unit = self.goals.unit(goal, day)
        children = [c for c in self.graph.children[goal] if c in state.active and self._is_shown(c)]
        in_force = self.metrics.in_force(goal, day)
        return {
            **self._key(goal, state),
            **self._checkin(goal, day),
            "node_class": state.node_class[goal],
            "depth": state.depth[goal],
            "links_to_top": sum(self._is_shown(top) for top in state.tops[goal]),
            "n_children": len(children),
            "is_aligned_up": any(p in state.active for p in self.graph.parents[goal]),
            "is_cascaded_down": self._is_cascaded(unit, children, day),
            "is_shared": len(self.goals.owners_units(goal, day)) > 1,
            "is_overloaded": len(in_force) > CROWD or (unit is not None and crowds[unit] > CROWD),
            "is_phantom_owned": self._is_phantom(goal, in_force, day),
        }

    def _is_shown(self, goal: str) -> bool:
        return is_published(self.goals, goal, self.last_day)

    def _key(self, goal: str, state: State) -> dict[str, Any]:
        return {
            "goal_id": f"{GOALS}:{goal}",
            "week_start": monday(state.day),
            "org_unit_id": hr_id(self.goals.unit(goal, state.day)),
        }

    def _first_day(self, goal: str) -> dt.date:
        row = self.goals.rows[goal]
        days: list[dt.date] = [row["created_at"].date()]
        days += [row["starts_on"]] if row["starts_on"] else []
        for _, value in self.goals.changes.get((goal, "starts_on"), ()):
            days += [dt.date.fromisoformat(value)] if value else []
        return min(days)

    def _is_cascaded(self, unit: str | None, children: list[str], day: dt.date) -> bool | None:
        if unit is None or unit not in self.goals.org.tree(day).parents:
            return None
        units = {self.goals.unit(child, day) for child in children}
        return bool(units - {unit, None})

    def _checkin(self, goal: str, day: dt.date) -> dict[str, Any]:
        days = self.checkin_days.get(goal, [])
        n_before = bisect.bisect_right(days, day)
        if n_before == 0:
            state = "never" if self.told.checkins else None
            return {"days_since_checkin": None, "checkin_state": state}
        since = (day - days[n_before - 1]).days
        cadence = self.goals.rows[goal]["checkin_cadence_days"]
        is_fresh = since <= (DEFAULT_CADENCE if cadence is None else cadence)
        return {"days_since_checkin": since, "checkin_state": "fresh" if is_fresh else "late"}

    def _is_phantom(self, goal: str, in_force: list[str], day: dt.date) -> bool:
        if goal not in self.goals.owned:
            return False
        if self.goals.active_from(goal, day) > day - dt.timedelta(days=PHANTOM_DAYS):
            return False
        signs = [self.checkin_days, self.goals.change_days, self.effort_days]
        days = [found.get(goal, []) for found in signs]
        days += [self.metrics.read_days.get(metric, []) for metric in in_force]
        return not any(_any_within(found, PHANTOM_DAYS, day) for found in days)


def _any_within(days: list[dt.date], n: int, day: dt.date) -> bool:
    """Whether one of the sorted days lies in the n days to `day`, that day included."""
    after = bisect.bisect_right(days, day - dt.timedelta(days=n))
    return after < len(days) and days[after] <= day
