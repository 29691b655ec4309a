"""incentive_alignment: does pay hang on what the goals say (readings I1 to I4)?

Belongs here: what people's lines weigh, by top goal, beside the weights of the unit's goals;
orphan and opposed weight; which rows a period hides. Does not belong here: the fixed point
(`pattern`), goals and their tops.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import polars as pl

from sandbox.truth.alignment import is_published
from sandbox.truth.goals import Goals
from sandbox.truth.metrics import Metrics
from sandbox.truth.org import Tree
from sandbox.truth.pattern import Forest, Kind, hidden_units
from sandbox.truth.states import State, States
from sandbox.truth.units import HIDDEN
from sandbox.world import HR, World

NONE = "none"
"""What weight serves that serves no top goal."""
MEASURED = ("goal", "metric")
"""Kinds of lines that count; what hangs on something else, or on nobody knows what, does not."""
AGAINST = {"increase": "decrease", "decrease": "increase"}
_F = pl.Float64
INCENTIVES: dict[str, Any] = {
    "org_unit_id": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "n_people": pl.Int64,
    "weight_distance": _F,
    "orphan_weight_share": _F,
    "opposed_share": _F,
    "suppressed": pl.Boolean,
    "reason_missing": pl.String,
}

Weights = dict[str, float]


class Line(NamedTuple):
    """A part of somebody's variable pay."""

    kind: str
    measure: str
    weight: float
    direction: str | None


class Pay(NamedTuple):
    """What one person's lines of a period say: weight by top goal, on nothing, against goals."""

    tops: Weights
    orphan: float
    opposed: float


class Incentives:
    """Lines of a cut world beside its goals."""

    def __init__(
        self, world: World, goals: Goals, states: States, metrics: Metrics, last_day: dt.date
    ) -> None:
        self.goals, self.states, self.metrics, self.last_day = goals, states, metrics, last_day
        self.goals_of: dict[str, list[str]] = defaultdict(list)
        for goal, known in metrics.first_day.items():
            for metric in known:
                self.goals_of[metric].append(goal)
        self.targets: dict[tuple[str, str], list[tuple[dt.date, str | None]]] = defaultdict(list)
        for row in world.goal_metrics.sort("effective_from").iter_rows(named=True):
            version = (row["effective_from"], way(row["kind"], row["baseline"], row["target"]))
            self.targets[row["goal"], row["metric"]].append(version)
        self.lines: dict[tuple[dt.date, dt.date], dict[str, list[Line]]] = {}
        for row in world.incentive_lines.sort("line").iter_rows(named=True):
            of_person = self.lines.setdefault((row["period_start"], row["period_end"]), {})
            if row["measure_kind"] in MEASURED and (row["weight"] or 0) > 0:
                line = Line(*(row[n] for n in ("measure_kind", "measure", "weight", "direction")))
                of_person.setdefault(row["person"], []).append(line)

    def table(self, minimum: int) -> pl.DataFrame:
        """The mart: every unit of the tree of each period's day; `minimum` in people with lines."""
        rows = [
            {"period_start": first, "period_end": last, **row}
            for first, last in self.lines
            if first <= last
            for row in self._period(first, last, minimum)
        ]
        filled = [dict.fromkeys(INCENTIVES) | row for row in rows]
        key = ["org_unit_id", "period_start", "period_end"]
        return pl.DataFrame(filled, schema=INCENTIVES).sort(key)

    def _period(self, first: dt.date, last: dt.date, minimum: int) -> Iterator[dict[str, Any]]:
        day = min(last, self.last_day)
        state = self.states.on(day - dt.timedelta(days=day.isoweekday() % 7))
        tree, lines = self.goals.org.tree(day), self.lines[first, last]
        pays = {person: self.pay(some, state) for person, some in lines.items()}
        own: dict[str, set[str]] = defaultdict(set)
        for person in pays:
            unit = self.goals.org.primary_unit(person, day)
            place = unit if unit in tree.parent else tree.root
            if place is not None:
                own[place].add(person)
        kind, forest = Kind({u: frozenset(p) for u, p in own.items()}), Forest(tree.parent)
        people = {unit: kind.people(forest.subtree(unit)) for unit in tree.parent}
        small = {unit for unit, some in people.items() if len(some) < max(minimum, 1)}
        hidden = hidden_units(tree.parent, [kind], minimum, small)
        goals = self._goals_by_unit(state, tree)
        for unit in tree.parent:
            key = {"org_unit_id": f"{HR}:{unit}"}
            if unit in hidden:
                yield key | HIDDEN
            else:
                wanted = self.wanted(goals.get(unit, {}), state)
                yield key | _numbers([pays[person] for person in sorted(people[unit])], wanted)

    def pay(self, lines: Iterable[Line], state: State) -> Pay:
        """One person's lines, their weights normalised to 1."""
        lines = list(lines)
        total = math.fsum(line.weight for line in lines)
        tops: Weights = defaultdict(float)
        orphan, opposed = [0.0], [0.0]
        for line in lines:
            weight, goals = line.weight / total, self._goals_of(line, state)
            for goal in goals or {NONE}:
                for top, part in _tops(goal, state).items():
                    tops[top] += weight * part / max(len(goals), 1)
            if not goals:
                orphan.append(weight)
            elif line.kind == "metric" and self._is_opposed(line, goals, state.day):
                opposed.append(weight)
        return Pay(tops, math.fsum(orphan), math.fsum(opposed))

    def wanted(self, weights: Weights, state: State) -> Weights | None:
        """The unit's goals, by weight, as weights of top goals; None where it has none."""
        if not weights:
            return None
        total = math.fsum(weights.values())
        tops: Weights = defaultdict(float)
        for goal, weight in weights.items():
            for top, part in _tops(goal, state).items():
                tops[top] += weight / total * part
        return tops

    def _goals_of(self, line: Line, state: State) -> set[str]:
        """Active goals that the line's measure is, or is a target of."""
        if line.kind == "goal":
            return {line.measure} & state.active
        return {
            goal
            for goal in self.goals_of.get(line.measure, ())
            if goal in state.active and self.metrics.first_day[goal][line.measure] <= state.day
        }

    def _is_opposed(self, line: Line, goals: set[str], day: dt.date) -> bool:
        ways = {self._way(goal, line.measure, day) for goal in goals} - {None}
        return line.direction is not None and ways == {AGAINST[line.direction]}

    def _way(self, goal: str, metric: str, day: dt.date) -> str | None:
        """The direction that the target in force tells."""
        return [told for on, told in self.targets[goal, metric] if on <= day][-1]

    def _goals_by_unit(self, state: State, tree: Tree) -> dict[str, Weights]:
        """By unit: published active goals of its subtree that have a weight, with the weight."""
        found: dict[str, Weights] = defaultdict(dict)
        for goal in sorted(state.active):
            weight = float(self.goals.value(goal, "weight", state.day) or 0)
            if weight <= 0 or not is_published(self.goals, goal, self.last_day):
                continue
            unit = self.goals.unit(goal, state.day)
            place = unit if unit in tree.parent else tree.root
            for above in tree.path(place) if place else ():
                found[above][goal] = weight
        return found


def way(kind: str | None, baseline: float | None, target: float | None) -> str | None:
    """The direction that a target tells: at_least up, at_most down, others from the baseline to
    the target; None where that tells nothing."""
    if kind in ("at_least", "at_most"):
        return "increase" if kind == "at_least" else "decrease"
    if baseline is None or target is None or baseline == target:
        return None
    return "increase" if target > baseline else "decrease"


def _tops(goal: str, state: State) -> Weights:
    """The top goals that a goal reaches, equally; `NONE` without any."""
    tops = state.tops.get(goal) or {NONE}
    return dict.fromkeys(sorted(tops), 1 / len(tops))


def _numbers(pays: list[Pay], wanted: Weights | None) -> dict[str, Any]:
    """Means over people, and how far their weights are from those of the goals."""
    n = len(pays)
    row = {
        "n_people": n,
        "orphan_weight_share": math.fsum(pay.orphan for pay in pays) / n,
        "opposed_share": math.fsum(pay.opposed for pay in pays) / n,
        "suppressed": False,
    }
    if wanted is None:
        return {**row, "reason_missing": "no_goals"}
    paid = {
        top: math.fsum(pay.tops.get(top, 0.0) for pay in pays) / n
        for top in {top for pay in pays for top in pay.tops}
    }
    tops = sorted(paid.keys() | wanted.keys())
    apart = math.fsum(abs(paid.get(top, 0.0) - wanted.get(top, 0.0)) for top in tops)
    return {**row, "weight_distance": apart / 2}
