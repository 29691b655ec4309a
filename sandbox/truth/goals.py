"""Goals as they were on a day, and the graph between them (readings G1 to G4, G9).

Belongs here: the history of a goal, its owners and unit, edges and their repair.
Does not belong here: classes and what is reached (`states`), metrics, marts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from graphlib import TopologicalSorter
from typing import Any

from sandbox.truth.org import Organisation
from sandbox.world import World

FAR = dt.date.max
CLOSED = ("done", "cancelled")


class Goals:
    """All goals of a cut world with their history and owners."""

    def __init__(self, world: World, org: Organisation) -> None:
        self.org = org
        self.rows: dict[str, dict[str, Any]] = {
            row["goal"]: row for row in world.goals.sort("goal").iter_rows(named=True)
        }
        self.has_levels = any(row["level"] for row in self.rows.values())
        self.has_whys = any(row["why"] for row in self.rows.values())
        self.changes: dict[tuple[str, str], list[tuple[dt.date, str | None]]] = defaultdict(list)
        self.changed_at: dict[str, dt.datetime] = {
            goal: row["created_at"] for goal, row in self.rows.items()
        }
        self.change_days: dict[str, list[dt.date]] = defaultdict(list)
        for row in world.goal_events.sort("at", "event").iter_rows(named=True):
            goal, at = row["goal"], row["at"]
            self.changes[goal, row["field"]].append((at.date(), row["after"] or None))
            self.change_days[goal].append(at.date())
            self.changed_at[goal] = max(self.changed_at[goal], at)
        self.owned = set(world.goal_owners["goal"])
        self.owner_people: dict[str, list[str]] = defaultdict(list)
        self.owner_units: dict[str, list[str]] = defaultdict(list)
        for goal, person, unit in world.goal_owners.select("goal", "person", "unit").iter_rows():
            if person in org.people:
                self.owner_people[goal].append(person)
            if org.is_unit(unit):
                self.owner_units[goal].append(unit)

    def value(self, goal: str, field: str, day: dt.date) -> Any:
        """A field at the end of a UTC day: its last change by then, else what it began with."""
        known = [after for on, after in self.changes.get((goal, field), ()) if on <= day]
        if not known:
            return self.rows[goal][field]
        value = known[-1]
        is_date = field in ("starts_on", "ends_on")
        return dt.date.fromisoformat(value) if value is not None and is_date else value

    def is_individual(self, goal: str, day: dt.date) -> bool:
        """Whether the goal is one person's own."""
        return bool(self.value(goal, "level", day) == "individual")

    def active_from(self, goal: str, day: dt.date) -> dt.date:
        """First day, as it stood on `day`."""
        starts_on: dt.date | None = self.value(goal, "starts_on", day)
        created_on: dt.date = self.rows[goal]["created_at"].date()
        return starts_on or created_on

    def active_to(self, goal: str, day: dt.date) -> dt.date:
        """Last day, as it stood on `day`: planned, else that of closing, else open."""
        ends_on: dt.date | None = self.value(goal, "ends_on", day)
        return ends_on or self._closed_on(goal, day) or FAR

    def is_active(self, goal: str, day: dt.date) -> bool:
        """Within its days and neither draft nor cancelled."""
        return self.value(goal, "status", day) not in ("draft", "cancelled") and (
            self.active_from(goal, day) <= day <= self.active_to(goal, day)
        )

    def is_ended(self, goal: str, day: dt.date) -> bool:
        """Begun, no draft, and active no more."""
        return (
            not self.is_active(goal, day)
            and self.value(goal, "status", day) != "draft"
            and self.active_from(goal, day) <= day
        )

    def unit(self, goal: str, day: dt.date) -> str | None:
        """The goal's own unit, else its first person's primary unit, else its first unit."""
        own = self.rows[goal]["unit"]
        if self.org.is_unit(own):
            return str(own)
        people, units = self.owner_people.get(goal), self.owner_units.get(goal)
        of_person = self.org.primary_unit(min(people), day) if people else None
        return of_person or (min(units) if units else None)

    def owners_units(self, goal: str, day: dt.date) -> set[str]:
        """Distinct known units among the owners."""
        of_people = {self.org.primary_unit(p, day) for p in self.owner_people.get(goal, ())}
        return {u for u in of_people if u is not None} | set(self.owner_units.get(goal, ()))

    def _closed_on(self, goal: str, day: dt.date) -> dt.date | None:
        row = self.rows[goal]
        closed = row["created_at"].date() if row["status"] in CLOSED else None
        for on, status in self.changes.get((goal, "status"), ()):
            if on > day:
                break
            if status not in CLOSED:
                closed = None
            elif closed is None:
                closed = on
        return closed


class GoalGraph:
    """Edges between known goals. `parents` and `children` hold uncut contributes edges only;
    `order` names every goal after all its parents; `joined` are goals that any edge joins to
    another goal."""

    def __init__(self, world: World, goals: Goals) -> None:
        rows = set(world.goal_edges.select("child", "parent", "edge_type").iter_rows())
        known = [(c, p, t) for c, p, t in rows if c in goals.rows and p in goals.rows]
        self.joined = {goal for c, p, _ in known if c != p for goal in (c, p)}
        contributes = [(c, p) for c, p, t in known if t == "contributes"]
        contributes.sort(key=lambda edge: (goals.changed_at[edge[0]], *edge))
        self.cut = _newest_of_cycles(contributes)
        self.parents: dict[str, list[str]] = {goal: [] for goal in goals.rows}
        self.children: dict[str, list[str]] = {goal: [] for goal in goals.rows}
        for child, parent in sorted(set(contributes) - self.cut):
            self.parents[child].append(parent)
            self.children[parent].append(child)
        self.order = list(TopologicalSorter(self.parents).static_order())

    def below(self, goal: str, among: set[str]) -> set[str]:
        """Descendants that are reached over goals in `among`; without the goal itself."""
        found: set[str] = set()
        open_ends = [goal]
        while open_ends:
            for child in self.children[open_ends.pop()]:
                if child in among and child not in found:
                    found.add(child)
                    open_ends.append(child)
        return found


def _newest_of_cycles(edges: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of edges (child, parent), oldest first: those whose parent reaches the child over older
    edges (G4). An edge from a goal to itself is one of them."""
    above: dict[str, set[str]] = defaultdict(set)
    cut: set[tuple[str, str]] = set()
    for child, parent in edges:
        if _reaches(parent, child, above):
            cut.add((child, parent))
        above[child].add(parent)
    return cut


def _reaches(start: str, target: str, above: dict[str, set[str]]) -> bool:
    seen = {start}
    open_ends = [start]
    while open_ends:
        at = open_ends.pop()
        if at == target:
            return True
        new = above.get(at, set()) - seen
        seen |= new
        open_ends.extend(new)
    return False
