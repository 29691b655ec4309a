"""The org tree of the sample company: units, their sizes, and two re-organisations.

Belongs here: which units exist from when, where they hang, how many people they start with, who
moves with a re-organisation. Does not belong here: people (`people`), heads of units.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from sandbox.draw import Plan, dates, keys, table, weekday
from sandbox.words import COMPANY, DIVISIONS, TEAMS, TOPICS

ROOT = 0
BIG_TEAM = 19
"""People for whom a division gets one team more."""


@dataclass
class Org:
    """Units by number: 0 is the root. `moves` are (day, from unit, to unit, share of people)."""

    names: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    born: list[int] = field(default_factory=list)
    rehangings: list[tuple[int, int, int]] = field(default_factory=list)
    moves: list[tuple[int, int, int, float]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def keys(self) -> list[str]:
        """Keys of the units by number."""
        return keys("1", range(len(self)), 3 if len(self) < 1000 else 4)

    def add(self, name: str, kind: str, parent: int, size: int, born: int) -> int:
        """A new unit's number; the name gets a number of its own where it is taken."""
        taken, wanted, again = set(self.names), name, 2
        while name in taken:
            name, again = f"{wanted} {again}", again + 1
        self.names.append(name)
        self.kinds.append(kind)
        self.parents.append(parent)
        self.sizes.append(size)
        self.born.append(born)
        return len(self.names) - 1

    @property
    def closing(self) -> set[int]:
        """Units that lose all their people."""
        return {unit for _, unit, _, share in self.moves if share == 1}

    def of_kind(self, kind: str, day: int | None = None) -> list[int]:
        """Units of a kind, those that exist on the day where one is given."""
        return [
            unit
            for unit, this in enumerate(self.kinds)
            if this == kind and (day is None or self.born[unit] <= day)
        ]

    def parents_on(self, day: int) -> list[int]:
        """Each unit's parent on a day; -1 for the root and for units that are not there yet."""
        parents = list(self.parents)
        for since, unit, parent in self.rehangings:
            if since <= day:
                parents[unit] = parent
        return [parent if self.born[unit] <= day else -1 for unit, parent in enumerate(parents)]

    def subtree(self, unit: int, day: int) -> list[int]:
        """The unit and all below it on a day."""
        parents, found = self.parents_on(day), [unit]
        for this in found:
            found.extend(child for child, parent in enumerate(parents) if parent == this)
        return found


def late_adopters(plan: Plan, org: Org) -> tuple[set[int], int, int]:
    """A department's units that use the tracker late, the day a few begin, the day all do."""
    departments = org.of_kind("department", plan.start)
    sized = [(sum(org.sizes[u] for u in org.subtree(d, plan.start)), d) for d in departments]
    fitting = [pair for pair in sized if pair[0] >= 32] or [max(sized)]
    units = set(org.subtree(min(fitting)[1], plan.start))
    return units, plan.start + 24, plan.start + min(80, plan.n_days // 4)


def plant(plan: Plan) -> Org:
    """The tree at the start, then what the two re-organisations do to it."""
    rng, org, long_ago = plan.rng("org"), Org(), plan.start - 3653
    org.add(COMPANY, "root", -1, 2, long_ago)
    headcount = round(plan.people * 0.96) - 2
    n_divisions = int(np.clip(round(5 * (plan.people / 400) ** 0.35), 3, len(DIVISIONS)))
    shares = np.arange(1, n_divisions + 1) ** -0.75
    sizes = _whole(shares, headcount)
    topics, teams = list(rng.permutation(TOPICS)), list(rng.permutation(TEAMS))
    for number in range(n_divisions):
        flat = number == n_divisions - 1
        _plant_division(org, rng, DIVISIONS[number], sizes[number], flat, topics, teams, long_ago)
    _first_reorganisation(org, plan)
    _second_reorganisation(org, plan)
    return org


def _whole(shares: np.ndarray, total: int) -> list[int]:
    """Whole numbers in proportion to shares that sum to the total."""
    edges = np.round(np.cumsum(shares) / np.sum(shares) * total).astype(int)
    return [int(size) for size in np.diff(edges, prepend=0)]


def _plant_division(
    org: Org,
    rng: np.random.Generator,
    name: str,
    size: int,
    flat: bool,
    topics: list[str],
    teams: list[str],
    born: int,
) -> None:
    """A division with departments of teams, or with teams directly where it is flat."""
    division = org.add(name, "division", ROOT, 2, born)
    n_teams = max(1, round(size / BIG_TEAM))
    n_departments = 0 if flat else max(1, round(n_teams / 2.3))
    above = [division]
    if n_departments:
        above = [
            org.add(
                f"{name} {topics[(len(org) + i) % len(topics)]}", "department", division, 2, born
            )
            for i in range(n_departments)
        ]
    left = max(size - 2 - 2 * n_departments, n_teams)
    weights = rng.lognormal(0, 0.4, n_teams)
    counts = _whole(weights, left)
    if n_teams > 2 and max(counts) > 8:
        small, big = int(np.argmin(counts)), int(np.argmax(counts))
        counts[big] += counts[small] - 3
        counts[small] = 3
    for number, count in enumerate(counts):
        parent = above[number % len(above)]
        label = org.names[parent].removeprefix(f"{name} ")
        org.add(f"{label} {teams[len(org) % len(teams)]}", "team", parent, count, born)
    if n_departments > 1:
        _make_leaf(org, above[-1])


def _make_leaf(org: Org, department: int) -> None:
    """Let a department lose its only team, so that some branches are shorter."""
    below = [unit for unit, parent in enumerate(org.parents) if parent == department]
    if len(below) == 1 and below[0] == len(org) - 1:
        org.sizes[department] += org.sizes.pop()
        for column in (org.names, org.kinds, org.parents, org.born):
            column.pop()


def _first_reorganisation(org: Org, plan: Plan) -> None:
    """On a Monday a department changes its division and a team is split."""
    day = plan.day(0.4)
    day += int(-weekday(day) % 7)
    divisions, departments = org.of_kind("division"), org.of_kind("department")
    org.rehangings.append((day, departments[0], divisions[1]))
    team = max(org.of_kind("team"), key=lambda unit: org.sizes[unit])
    target = next((u for u in departments if org.parents[u] == divisions[1]), divisions[1])
    young = org.add("Customer Lab", "team", target, 0, day)
    org.moves.append((day, team, young, 0.35))


def _second_reorganisation(org: Org, plan: Plan) -> None:
    """On a Thursday a department is founded from teams of others and a team is merged."""
    day = plan.day(0.72)
    day += int((3 - weekday(day)) % 7)
    divisions = org.of_kind("division")
    new = org.add(f"{org.names[divisions[0]]} Growth", "department", divisions[0], 0, day)
    teams = sorted(org.of_kind("team", plan.start), key=lambda unit: (org.sizes[unit], unit))
    middle = len(teams) // 2
    for team in teams[middle : middle + 2]:
        org.rehangings.append((day, team, new))
    org.moves.append((day, teams[-1], new, 0.1))
    if len(teams) > 6:
        org.moves.append((day, teams[3], teams[middle], 1.0))


def units_table(org: Org, heads: dict[int, str]) -> pl.DataFrame:
    """The versions of the units; `heads` are persons by unit."""
    versions = [(day, unit, org.parents[unit]) for unit, day in enumerate(org.born)]
    versions += [version for version in org.rehangings if version[0] > org.born[version[1]]]
    names = org.keys
    return table(
        "units",
        {
            "unit": [names[unit] for _, unit, _ in versions],
            "name": [org.names[unit] for _, unit, _ in versions],
            "parent": [names[parent] if parent >= 0 else None for _, _, parent in versions],
            "head": [heads.get(unit) for _, unit, _ in versions],
            "valid_from": dates([day for day, _, _ in versions]),
        },
    )
