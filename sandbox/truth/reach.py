"""line_of_sight: from whose work a path leads to a top goal (readings R1 to R4, E13).

Belongs here: who can be observed, the shortest path of a person in a week, counts over subtrees.
Does not belong here: classes and depths of goals (`states`), effort, perceived line of sight,
which rows a week hides.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any

import polars as pl

from sandbox.truth.basis import ONE_WEEK, TO_SUNDAY, Basis
from sandbox.truth.effort import person_of
from sandbox.truth.goals import Goals
from sandbox.truth.identity import Identity
from sandbox.truth.items import Items
from sandbox.truth.links import Links
from sandbox.truth.states import State, States
from sandbox.truth.units import HIDDEN, MINIMUM_COVERAGE
from sandbox.truth.work import judged_on
from sandbox.world import HR

EFFORT_WEEKS = 4
"""Effort of the 28 days to a Sunday is that of four whole weeks."""
ENOUGH_DAYS = 1
ONE_IN = 10
DIGITS = 9
"""Places of an amount that count, so that a tenth that a sum of fractions just misses is one."""
_N, _F = pl.Int64, pl.Float64
LINE_OF_SIGHT = {
    "org_unit_id": pl.String,
    "week_start": pl.Date,
    "org_basis": pl.String,
    "headcount": _N,
    "n_observable": _N,
    "n_reaching": _N,
    "reach": _F,
    "reach_low": _F,
    "reach_high": _F,
    "observable_share": _F,
    "mean_path_length": _F,
    "suppressed": pl.Boolean,
    "reason_missing": pl.String,
}


class Given:
    """What one person gave in one week: all effort, and that to work that leads to a top goal."""

    def __init__(self) -> None:
        self.all: list[float] = []
        self.leading: list[float] = []
        self.depths: set[int] = set()

    def add(self, days: float, depth: int | None) -> None:
        """Count effort on a piece of work; `depth` None where it leads to no top goal."""
        self.all.append(days)
        if depth is not None:
            self.leading.append(days)
            self.depths.add(depth)


class Paths:
    """Who can be observed (`observable`) and the length of the path of who has one (`shortest`),
    by bare person key, of a Sunday; a Sunday is worked out once. `effort` is that of
    `EffortBook.table`, `parts` its split from `classified`."""

    def __init__(
        self,
        identity: Identity,
        goals: Goals,
        states: States,
        items: Items,
        links: Links,
        effort: pl.DataFrame,
        parts: pl.DataFrame,
        last_day: dt.date,
    ) -> None:
        self.goals, self.states, self.items, self.links = goals, states, items, links
        self.last_day = last_day
        self.with_account = {p for p, _ in identity.matches.values() if p is not None}
        self.led: list[tuple[str, str]] = []
        for item, row in items.rows.items():
            assignee = items.now(item, "assignee")
            person = identity.person(assignee) if assignee else None
            if row["is_initiative"] and person is not None:
                self.led.append((item, person))
        self.given = self._given(effort, parts)
        self.observable = lru_cache(maxsize=None)(self._observable)
        self.shortest = lru_cache(maxsize=None)(self._shortest)

    def _observable(self, sunday: dt.date) -> set[str]:
        """People with an account of a tracker, or an active goal of their own (R1)."""
        active = self.states.on(sunday).active
        owners = (person for goal in active for person in self.goals.owner_people.get(goal, ()))
        return self.with_account.union(owners)

    def _shortest(self, sunday: dt.date) -> dict[str, int]:
        """The length of the shortest path of everybody who has one (R2)."""
        state = self.states.on(sunday)
        found: dict[str, int] = {}
        for person, length in (*self._owned(state), *self._led(state), *self._worked(sunday)):
            found[person] = min(length, found.get(person, length))
        return found

    def _owned(self, state: State) -> Iterator[tuple[str, int]]:
        for goal in state.active:
            depth = least_depth([goal], state)
            if depth is not None:
                for person in self.goals.owner_people.get(goal, ()):
                    yield person, 1 + depth

    def _led(self, state: State) -> Iterator[tuple[str, int]]:
        for initiative, person in self.led:
            closed_at = self.items.closed_at(initiative)
            is_open = self.items.rows[initiative]["created_at"].date() <= state.day and (
                closed_at is None or closed_at.date() > state.day
            )
            if is_open:
                served = self.links.goals_in_week(initiative, state.day, self.last_day)
                depth = least_depth(served, state)
                if depth is not None:
                    yield person, 2 + depth

    def _worked(self, sunday: dt.date) -> Iterator[tuple[str, int]]:
        monday = sunday - dt.timedelta(days=6)
        together: dict[str, list[Given]] = defaultdict(list)
        for back in range(EFFORT_WEEKS):
            for person, given in self.given.get(monday - back * ONE_WEEK, {}).items():
                together[person].append(given)
        for person, weeks in together.items():
            if is_enough(
                math.fsum(days for week in weeks for days in week.leading),
                math.fsum(days for week in weeks for days in week.all),
            ):
                yield person, 2 + min(depth for week in weeks for depth in week.depths)

    def _given(self, effort: pl.DataFrame, parts: pl.DataFrame) -> dict[dt.date, dict[str, Given]]:
        """By Monday and person. Goals that share effort are all the active ones, if any is (L5)."""
        goals: dict[tuple[str, dt.date], list[str]] = defaultdict(list)
        for item, week, goal in parts.select("item", "week_start", "goal").iter_rows():
            goals[item, week].append(goal)
        depths = {
            (item, week): least_depth(served, self.states.on(judged_on(week, self.last_day)))
            for (item, week), served in goals.items()
        }
        found: dict[dt.date, dict[str, Given]] = defaultdict(lambda: defaultdict(Given))
        weekly = effort.filter(pl.col("person_days") > 0).select(
            "worker", "item", "person_days", week_start=pl.col("day").dt.truncate("1w")
        )
        for worker, item, days, week in weekly.iter_rows():
            person = person_of(worker)
            if person is not None:
                found[week][person].add(days, depths.get((item, week)))
        return found


def least_depth(goals: Iterable[str], state: State) -> int | None:
    """Edges to the nearest top goal from those of the goals that are active and top or aligned;
    None where none is."""
    depths = (state.depth.get(goal) for goal in goals)
    return min((depth for depth in depths if depth is not None), default=None)


def is_enough(leading: float, everything: float) -> bool:
    """At least a person-day, or a tenth of all effort; no effort is never enough."""
    is_tenth = round(leading * ONE_IN, DIGITS) >= round(everything, DIGITS)
    return leading > 0 and (round(leading, DIGITS) >= ENOUGH_DAYS or is_tenth)


def line_of_sight(
    basis: Basis, paths: Paths, hidden: Collection[tuple[str, dt.date]]
) -> pl.DataFrame:
    """A unit in a week of a basis; `hidden`: the rows (unit, Monday) without a number."""
    rows: list[dict[str, Any]] = []
    for week in basis.weeks():
        sunday = week + TO_SUNDAY
        observable, shortest = paths.observable(sunday), paths.shortest(sunday)
        for unit in basis.tree(sunday).parent:
            row = {"org_unit_id": f"{HR}:{unit}", "week_start": week, "org_basis": basis.name}
            if (unit, week) in hidden:
                rows.append({**row, **HIDDEN})
            else:
                workers = basis.headcount.get((unit, sunday), frozenset())
                here = {person for worker in workers if (person := person_of(worker))}
                rows.append({**row, **_numbers(here, observable, shortest)})
    return pl.DataFrame(rows, schema=LINE_OF_SIGHT).sort("org_unit_id", "week_start")


def _numbers(here: set[str], observable: set[str], shortest: dict[str, int]) -> dict[str, Any]:
    seen = here & observable
    lengths = [shortest[person] for person in seen if person in shortest]
    row: dict[str, Any] = {
        "headcount": len(here),
        "n_observable": len(seen),
        "n_reaching": len(lengths),
        "observable_share": len(seen) / len(here),
        "suppressed": False,
        "reason_missing": None,
    }
    if row["observable_share"] < MINIMUM_COVERAGE:
        return {**row, "reason_missing": "low_coverage"}
    return {
        **row,
        "reach": len(lengths) / len(seen),
        "reach_low": len(lengths) / len(here),
        "reach_high": (len(lengths) + len(here) - len(seen)) / len(here),
        "mean_path_length": sum(lengths) / len(lengths) if lengths else None,
    }
