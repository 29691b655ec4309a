"""goal_triad: has every active goal its metric, initiative, owner and why (readings C1 to C4, C8)?

Belongs here: one row a published goal that is active at as_of.
Does not belong here: rows of the chain, classes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from typing import Any

import polars as pl

from sandbox.truth.alignment import hr_id, is_published
from sandbox.truth.goals import GoalGraph, Goals
from sandbox.truth.initiatives import Initiatives, by_worker, whole_days
from sandbox.truth.metrics import Metrics
from sandbox.truth.states import State
from sandbox.truth.told import Told
from sandbox.world import GOALS

SHORTEST_WHY = 20
SAME_WORDS = 0.9
PARTS = ("metric", "initiative", "owner", "why")
"""What a goal may be asked for, in the order of the lists."""
_N, _B = pl.Int64, pl.Boolean
TRIAD = {
    "goal_id": pl.String,
    "org_unit_id": pl.String,
    "n_metrics": _N,
    "n_live_metrics": _N,
    "n_initiatives": _N,
    "n_live_initiatives": _N,
    "initiative_via": pl.String,
    "has_owner": _B,
    "has_why": _B,
    "is_complete": _B,
    "completeness_basis": pl.String,
    "missing_parts": pl.String,
    "effort_person_days_90d": pl.Float64,
}


class Triad:
    """Parts of the goals of a cut world, at the state of its last day."""

    def __init__(
        self,
        goals: Goals,
        graph: GoalGraph,
        metrics: Metrics,
        initiatives: Initiatives,
        told: Told,
        state: State,
        goal_effort: pl.DataFrame,
        minimum: int,
    ) -> None:
        self.goals, self.graph, self.metrics = goals, graph, metrics
        self.initiatives, self.told = initiatives, told
        self.state, self.minimum = state, minimum
        self.effort = by_worker(goal_effort, "goal", state.day)
        self.linked: dict[str, set[str]] = defaultdict(set)
        for initiative, linked in initiatives.goals.items():
            for goal in linked:
                self.linked[goal].add(initiative)

    def published(self) -> list[str]:
        """Active goals that may be shown, sorted."""
        return [g for g in sorted(self.state.active) if is_published(self.goals, g, self.state.day)]

    def initiatives_below(self, goal: str) -> set[str]:
        """Initiatives linked to an active contributing descendant."""
        below = self.graph.below(goal, self.state.active)
        return set().union(*(self.linked.get(child, set()) for child in below))

    def table(self) -> pl.DataFrame:
        """The mart."""
        rows = [self._row(goal, self.state.day) for goal in self.published()]
        return pl.DataFrame(rows, schema=TRIAD).sort("goal_id")

    def _row(self, goal: str, day: dt.date) -> dict[str, Any]:
        in_force = self.metrics.in_force(goal, day)
        own, below = self.linked.get(goal, set()), self.initiatives_below(goal)
        parts: dict[str, bool | None] = {"why": self.has_why(goal)}
        row: dict[str, Any] = {}
        if self.told.metrics:
            parts["metric"] = bool(in_force)
            row["n_metrics"] = len(in_force)
            row["n_live_metrics"] = sum(self.metrics.is_live(m, day) for m in in_force)
        if self.told.initiatives:
            parts["initiative"] = bool(own | below)
            row["n_initiatives"] = len(own | below)
            row["n_live_initiatives"] = sum(self.initiatives.is_live(i) for i in own | below)
            row["initiative_via"] = "own" if own else "descendant" if below else "none"
        if self.told.owners:
            parts["owner"] = self.has_owner(goal, day)
        asked = [part for part in PARTS if parts.get(part) is not None]
        missing = [part for part in asked if not parts[part]]
        return {
            **dict.fromkeys(TRIAD),
            **row,
            "goal_id": f"{GOALS}:{goal}",
            "org_unit_id": hr_id(self.goals.unit(goal, day)),
            "has_owner": parts.get("owner"),
            "has_why": parts["why"],
            "is_complete": not missing if asked else None,
            "completeness_basis": ",".join(asked),
            "missing_parts": ",".join(missing),
            "effort_person_days_90d": self._effort(goal),
        }

    def has_owner(self, goal: str, day: dt.date) -> bool:
        """Whether an owner is a person employed on the day or a unit of the day's tree."""
        org = self.goals.org
        return any(org.is_employed(p, day) for p in self.goals.owner_people.get(goal, ())) or any(
            unit in org.tree(day).parent for unit in self.goals.owner_units.get(goal, ())
        )

    def has_why(self, goal: str) -> bool | None:
        """Whether the goal says why in words of its own; None where no goal of the source does."""
        if not self.goals.has_whys:
            return None
        row = self.goals.rows[goal]
        why = row["why"] or ""
        others = [row["title"], *(self.goals.rows[p]["why"] for p in self.graph.parents[goal])]
        return len(why) >= SHORTEST_WHY and all(
            similarity(why, other or "") < SAME_WORDS for other in others
        )

    def _effort(self, goal: str) -> float | None:
        together: dict[str, float] = defaultdict(float)
        for part in {goal} | self.graph.below(goal, self.state.active):
            for worker, days in self.effort.get(part, {}).items():
                together[worker] += days
        return whole_days(together, self.minimum)


def similarity(one: str, other: str) -> float:
    """Jaccard: common words ÷ all words, of lower-case runs of letters and digits; 0 without."""
    first, second = (set(re.findall(r"[^\W_]+", text.lower())) for text in (one, other))
    return len(first & second) / len(first | second) if first | second else 0.0
