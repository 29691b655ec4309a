"""priority_gap: effort beside the weights that a unit gave its highest goals (reading E12).

Belongs here: a unit's highest goals on a Sunday, the goals that effort rises to, the gap.
Does not belong here: effort by goal (`focus`), rows and small groups.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

import polars as pl

from sandbox.truth.alignment import is_published
from sandbox.truth.basis import ONE_WEEK, TO_SUNDAY, Basis
from sandbox.truth.goals import GoalGraph, Goals
from sandbox.truth.org import Tree
from sandbox.truth.states import State, States

WEEKS = 13
FEWEST_GOALS = 2
FEWEST_DAYS = 30
DIGITS = 9
"""Places of an amount that count when it is compared with the fewest days."""


class Priorities:
    """Goals of a cut world, as priorities of the units that have them."""

    def __init__(self, goals: Goals, graph: GoalGraph, states: States, last_day: dt.date) -> None:
        self.goals, self.graph, self.states = goals, graph, states
        self.last_day = last_day

    def gaps(self, goal_effort: pl.DataFrame, basis: Basis) -> dict[tuple[str, dt.date], float]:
        """The gap by unit and Monday, where there is one. `goal_effort` is that of
        `focus.goal_effort_of_units`."""
        found = {}
        for week in basis.weeks():
            state = self.states.on(week + TO_SUNDAY)
            weights = self._highest(state, basis)
            chains = self._chains(state)
            first = week - (WEEKS - 1) * ONE_WEEK
            recent = goal_effort.filter(pl.col("week_start").is_between(first, week))
            effort = recent.group_by("ancestor", "goal").agg(pl.col("person_days").sum())
            given: dict[str, list[tuple[str, float]]] = defaultdict(list)
            for unit, goal, days in effort.sort("ancestor", "goal").iter_rows():
                given[unit].append((goal, days))
            for unit, weight in weights.items():
                value = gap(weight, self._risen(given[unit], weight, chains))
                if value is not None:
                    found[unit, week] = value
        return found

    def _highest(self, state: State, basis: Basis) -> dict[str, dict[str, float]]:
        """By unit: its highest goals that may be published and have a weight, with the weight."""
        placed_on, tree = basis.day_of_tree(state.day), basis.tree(state.day)
        found: dict[str, dict[str, float]] = defaultdict(dict)
        units_of: dict[str, set[str]] = {}
        covered: dict[str, set[str]] = {}
        for goal in self.graph.order:
            if goal not in state.active:
                continue
            units_of[goal] = self._units(goal, placed_on, tree)
            above = [p for p in self.graph.parents[goal] if p in state.active]
            covered[goal] = set().union(*(covered[p] | units_of[p] for p in above))
            weight = float(self.goals.value(goal, "weight", state.day) or 0)
            if weight > 0 and is_published(self.goals, goal, self.last_day):
                for unit in units_of[goal] - covered[goal]:
                    found[unit][goal] = weight
        return found

    def _units(self, goal: str, day: dt.date, tree: Tree) -> set[str]:
        """The units in whose subtree a goal counts; one without a unit counts at the root."""
        unit = self.goals.unit(goal, day)
        place = unit if unit in tree.parent else tree.root
        return set() if place is None else set(tree.path(place))

    def _chains(self, state: State) -> dict[str, frozenset[str]]:
        """By goal that is active or has ended: the active goals that it is or contributes to over
        active goals. What was given to a goal that has ended still counts for its parent."""
        chains: dict[str, frozenset[str]] = {}
        begun = state.active | state.ended
        for goal in self.graph.order:
            if goal in begun:
                above = [p for p in self.graph.parents[goal] if p in state.active]
                itself = {goal} & state.active
                chains[goal] = frozenset(itself).union(*(chains[p] for p in above))
        return chains

    def _risen(
        self,
        given: Iterable[tuple[str, float]],
        highest: Mapping[str, float],
        chains: Mapping[str, frozenset[str]],
    ) -> dict[str, list[float]]:
        """Person-days by highest goal, each goal's split equally over those that it rises to."""
        found: dict[str, list[float]] = defaultdict(list)
        for goal, days in given:
            reached = chains.get(goal, frozenset()) & highest.keys()
            for top in reached:
                found[top].append(days / len(reached))
        return found


def gap(weights: Mapping[str, float], days: Mapping[str, list[float]]) -> float | None:
    """½ Σ |effort share − weight share|; None under two goals or 30 person-days."""
    amounts = {goal: math.fsum(days.get(goal, [])) for goal in weights}
    effort, weight = math.fsum(amounts.values()), math.fsum(weights.values())
    if len(weights) < FEWEST_GOALS or round(effort, DIGITS) < FEWEST_DAYS:
        return None
    return 0.5 * math.fsum(abs(amounts[g] / effort - weights[g] / weight) for g in weights)
