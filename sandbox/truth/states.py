"""Classes of goals on a day: top, aligned, lapsed, island, unaligned (readings G5, G6).

Belongs here: what is active, what reaches a top goal, how far and how many.
Does not belong here: history of a goal, marts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from sandbox.truth.goals import GoalGraph, Goals
from sandbox.world import World


@dataclass(frozen=True)
class State:
    """All goals on one day. `node_class`, `depth` and `tops` are of active goals."""

    day: dt.date
    active: set[str]
    ended: set[str]
    node_class: dict[str, str]
    depth: dict[str, int | None]
    tops: dict[str, frozenset[str]]


class States:
    """Gives the state of any day; a day is worked out once."""

    def __init__(self, world: World, goals: Goals, graph: GoalGraph) -> None:
        self.goals, self.graph = goals, graph
        self.listed = set(world.top_goals["goal"])
        self.on = lru_cache(maxsize=None)(self._work_out)

    def _work_out(self, day: dt.date) -> State:
        active = {g for g in self.goals.rows if self.goals.is_active(g, day)}
        ended = {g for g in self.goals.rows if self.goals.is_ended(g, day)}
        state = State(day, active, ended, {}, {}, {})
        begun = active | ended
        ends_well: set[str] = set()
        for goal in self.graph.order:
            if goal in active:
                self._reach_top(goal, state)
            if self._is_end(goal, state) or (
                goal in begun and ends_well.intersection(self.graph.parents[goal])
            ):
                ends_well.add(goal)
        for goal in active:
            state.node_class[goal] = self._class(goal, state, ends_well)
        return state

    def _reach_top(self, goal: str, state: State) -> None:
        """Depth and tops of an active goal, from those of its active parents."""
        above = [p for p in self.graph.parents[goal] if p in state.active]
        itself = frozenset([goal]) if self._is_top(goal, above, state.day) else frozenset()
        state.tops[goal] = itself.union(*(state.tops[p] for p in above))
        depths = [d for p in above if (d := state.depth[p]) is not None]
        state.depth[goal] = 0 if itself else min(depths) + 1 if depths else None

    def _is_top(self, goal: str, above: list[str], day: dt.date) -> bool:
        if goal in self.listed:
            return True
        if above:
            return False
        if self.goals.has_levels:
            return bool(self.goals.value(goal, "level", day) == "company")
        unit = self.goals.unit(goal, day)
        parent_of = self.goals.org.tree(day).parent
        return unit in parent_of and parent_of[unit] is None

    def _is_end(self, goal: str, state: State) -> bool:
        """Whether a chain that comes here, over active and ended goals, has got to a top (G5)."""
        if goal in state.active:
            return goal in state.tops[goal]
        is_company = self.goals.value(goal, "level", state.day) == "company"
        return goal in state.ended and (goal in self.listed or is_company)

    def _class(self, goal: str, state: State, ends_well: set[str]) -> str:
        if goal in state.tops[goal]:
            return "top"
        if state.tops[goal]:
            return "aligned"
        if goal in ends_well:
            return "lapsed"
        return "island" if goal in self.graph.joined else "unaligned"
