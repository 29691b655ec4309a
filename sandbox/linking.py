"""How initiatives of the sample company are linked to goals, in every way that exists.

Belongs here: the links and goal references of each epic and theme over time. Does not belong
here: which initiatives exist (`initiatives`), goals on single pieces of work (`histories`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sandbox.draw import DAY, Quarter
from sandbox.goalbook import GoalBook
from sandbox.orgtree import ROOT, Org

WAYS: Final = {
    "system": 0.24,
    "by name": 0.08,
    "declared": 0.09,
    "created": 0.15,
    "later": 0.08,
    "replaced": 0.04,
    "removed": 0.03,
    "theme": 0.09,
    "several": 0.05,
    "dangling": 0.02,
    "late": 0.03,
    "unlinked": 0.03,
    "past": 0.03,
    "draft": 0.01,
    "individual": 0.02,
    "none": 0.07,
}
"""How an epic is linked: in the goal system by key or by name, in a declared file, by a reference
set at creation, later, replaced or removed, from a theme above, several at once, to a goal that
does not exist, long after the work, no longer, to an ended goal, to a draft, to somebody's own
goal, not at all."""

UNATTRACTIVE: Final = frozenset({"none", "dangling", "past", "draft", "individual"})
"""Ways of epics that draw little work, so that the big orphan stands out."""

_ROLLED_OVER: Final = 0.75
"""Share of the epics that outlive their quarter and are linked anew to the next one's goals."""


@dataclass
class Link:
    """A link said outside the tracker; instants in seconds, None where not said."""

    goal: int
    linked: int | None
    unlinked: int | None
    stated_in: str
    by_name: bool = False


@dataclass
class Initiative:
    """An epic or a theme; days and instants as numbers."""

    title: str
    kind: str
    unit: int
    first: int
    last: int
    created: int
    lead: int
    parent: int | None = None
    way: str = "none"
    refs: list[str] = field(default_factory=list)
    """Goal keys named on the item at its creation."""
    ref_changes: list[tuple[int, list[str]]] = field(default_factory=list)
    """(at, goal keys from then on), oldest first."""
    links: list[Link] = field(default_factory=list)


def open_goals(book: GoalBook, org: Org, unit: int, quarter: Quarter, at: int) -> list[int]:
    """Goals for work of a unit, best first: its own, those above it, the company's.

    Those that exist at the instant come before those made later, drafts last.
    """
    parents, found, here = org.parents_on(max(quarter.first, org.born[unit])), [], unit
    while here > ROOT:
        found += book.of_unit.get((here, quarter.name), [])
        here = parents[here]
    found += book.of_unit[(ROOT, quarter.name[:4])]
    goals = book.goals
    return sorted(found, key=lambda n: (goals[n].status == "draft", goals[n].created > at))


def carry(book: GoalBook, theme: Initiative, number: int, year: str) -> None:
    """Give a theme a goal that lasts: a link in the goal system, or a reference on the item."""
    standing = book.of_unit[(theme.unit, "standing")][0]
    company = book.of_unit[(ROOT, year)][number % 4]
    goal = standing if number % 2 else company
    theme.created = max(theme.created, book.goals[goal].created + 3600)
    if number % 4 in (0, 3):
        theme.links.append(Link(goal, theme.created + 7200, None, "goal_system"))
    else:
        theme.refs.append(book.key(goal))


def _quarter(book: GoalBook, epic: Initiative) -> Quarter:
    """The quarter that the epic serves: it may begin a week before."""
    return next((q for q in book.quarters if epic.first + 9 <= q.last), book.quarters[-1])


def link(rng: np.random.Generator, org: Org, book: GoalBook, epic: Initiative) -> None:
    """Link one epic in its way. References are keys on the item, links are said elsewhere."""
    quarter = _quarter(book, epic)
    goals = open_goals(book, org, epic.unit, quarter, epic.created)
    goal, other = goals[int(rng.integers(0, min(3, len(goals))))], goals[-1]
    made, way = book.goals[goal].created, epic.way
    soon = max(epic.created, made) + int(rng.integers(1, 6 * DAY))
    middle = max(soon + 5 * DAY, epic.first * DAY + int(rng.integers(25, 50)) * DAY)
    if way in ("created", "replaced", "removed"):
        _name_at_creation(epic, book.key(goal), made)
    if way == "dangling":
        epic.refs = [f"G8{rng.integers(10_000):04d}"]
    _refer_later(rng, book, epic, goal, other, soon, middle)
    _link_outside(rng, org, book, epic, goal, soon, middle)
    _roll_over(rng, org, book, epic, quarter)


def _name_at_creation(epic: Initiative, key: str, made: int) -> None:
    """Name the goal on the epic from its creation on, which is after the goal's."""
    epic.created = max(epic.created, made + 3600)
    epic.first = max(epic.first, epic.created // DAY)
    epic.refs = [key]


def _refer_later(
    rng: np.random.Generator,
    book: GoalBook,
    epic: Initiative,
    goal: int,
    other: int,
    soon: int,
    middle: int,
) -> None:
    """Changes of the reference on the item."""
    key, second = book.key(goal), book.key(other)
    if epic.way == "later":
        epic.ref_changes.append((soon + DAY, [key]))
    elif epic.way == "several":
        epic.ref_changes.append((soon + DAY, [second]))
    elif epic.way == "replaced":
        epic.ref_changes.append((middle, [second, key] if rng.random() < 0.3 else [second]))
    elif epic.way == "removed":
        epic.ref_changes.append((middle, []))
        if rng.random() < 0.3:
            epic.ref_changes.append((middle + 20 * DAY, [key]))


def _link_outside(
    rng: np.random.Generator,
    org: Org,
    book: GoalBook,
    epic: Initiative,
    goal: int,
    soon: int,
    middle: int,
) -> None:
    """Links said in the goal system or in a declared file."""
    way = epic.way
    if way in ("system", "by name", "several"):
        epic.links.append(Link(goal, soon, None, "goal_system", way == "by name"))
    elif way == "declared":
        linked = soon if rng.random() < 0.5 else None
        epic.links.append(Link(goal, linked, None, "declared", rng.random() < 0.5))
    elif way == "late":
        begins = max(book.goals[goal].created, epic.first * DAY) + 40 * DAY
        epic.links.append(Link(goal, begins, None, "goal_system"))
    elif way == "unlinked":
        epic.links.append(Link(goal, soon, middle, "goal_system"))
        if rng.random() < 0.4:
            epic.links.append(Link(goal, middle + 25 * DAY, None, "goal_system"))
    elif way in ("past", "draft", "individual"):
        odd = _odd(org, book, epic, _quarter(book, epic), goal)
        linked = max(soon, book.goals[odd].created + DAY)
        if way == "past":
            linked = max(linked, (_quarter(book, epic).first + 3) * DAY)
        epic.links.append(Link(odd, linked, None, "goal_system"))


def _odd(org: Org, book: GoalBook, epic: Initiative, quarter: Quarter, goal: int) -> int:
    """A goal of the quarter before, a draft, or somebody's own; else the goal given."""
    home, way = book.goals[goal].home, epic.way
    if way == "past":
        earlier = book.quarters[max(book.quarters.index(quarter) - 1, 0)]
        return open_goals(book, org, epic.unit, earlier, epic.created)[0]
    found = [
        n
        for n, g in enumerate(book.goals)
        if g.cycle == quarter.name
        and (g.level == "individual" if way == "individual" else g.status == "draft")
    ]
    return next((n for n in found if book.goals[n].home == home), next(iter(found), goal))


def _roll_over(
    rng: np.random.Generator, org: Org, book: GoalBook, epic: Initiative, quarter: Quarter
) -> None:
    """Link an epic that outlives its quarters to the goals of the next ones, by its own way."""
    by_link = epic.way in ("system", "by name", "declared")
    by_name = epic.way in ("created", "later")
    later = [q for q in book.quarters if quarter.last < q.first < epic.last + 8]
    if not (by_link or by_name) or rng.random() > _ROLLED_OVER:
        return
    for following in later:
        goal = open_goals(book, org, epic.unit, following, following.first * DAY)[0]
        begins = max(following.first * DAY, book.goals[goal].created)
        begins += int(rng.integers(3600, 12 * DAY))
        if by_link:
            last = epic.links[-1]
            if last.linked is not None and rng.random() < 0.6:
                last.unlinked = begins
            epic.links.append(Link(goal, begins, None, last.stated_in, last.by_name))
        else:
            epic.ref_changes.append((begins, [book.key(goal)]))


def put_under_theme(org: Org, themes: list[Initiative], epic: Initiative) -> None:
    """Hang the epic under the last theme of its division that is older and still runs."""
    parents, unit = org.parents_on(max(epic.first, org.born[epic.unit])), epic.unit
    while parents[unit] > ROOT:
        unit = parents[unit]
    for number, theme in enumerate(themes):
        if theme.unit == unit and theme.created < epic.created:
            epic.parent = number
