"""Cases of the goal tree that must not depend on luck, planted into the grown tree.

Belongs here: lapsed chains of every kind, cycles, an undue top goal, owners who left, goals that
nobody touches. Does not belong here: what occurs often enough by itself (`goaltree`,
`goaltraits`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sandbox.draw import DAY, NEVER, Plan
from sandbox.goalbook import Goal, GoalBook
from sandbox.orgtree import ROOT, Org
from sandbox.people import People


def plant(plan: Plan, org: Org, people: People, book: GoalBook) -> list[int]:
    """Plant all cases; the numbers of the goals that are listed as top goals."""
    rng = plan.rng("goalcases")
    quarter = book.quarters[-2 if len(book.quarters) > 1 else -1]
    company = book.of_unit[(ROOT, quarter.name[:4])]
    units = [unit for unit in range(1, len(org)) if org.born[unit] <= plan.start]
    places = _cycle(rng.permutation(units).tolist())
    for first, last in ((quarter.first, quarter.last), (quarter.first + 60, NEVER)):
        _lapsed_chains(book, places, company[0], first, last)
        _loops(book, places, company[1], first, last)
    _left_owner(rng, plan, people, book)
    _untouched(plan, people, book, places)
    later = _case(book, "A promise for next month", next(places), plan.end + 15, NEVER)
    book.goals[later].created = (plan.end - 5) * DAY + 9 * 3600
    book.goals[later].edges.append((company[0], "contributes", None))
    listed = [_case(book, "A goal that the board declared", next(places), quarter.first, NEVER)]
    below = _case(book, "Serves the declared goal", next(places), quarter.first, NEVER)
    book.goals[below].edges.append((listed[0], "contributes", None))
    return [*listed, company[0]]


def _cycle(units: list[int]) -> Iterator[int]:
    while True:
        yield from units


def _case(book: GoalBook, title: str, unit: int, first: int, last: int) -> int:
    """A plain goal of a unit, created two days before its first day."""
    goal = Goal(
        title,
        "unit",
        unit,
        "case",
        first,
        last,
        (first - 2) * DAY + 9 * 3600,
        unit,
        why=f"Kept as a case: {title.lower()}, so that it can be told from others.",
    )
    book.goals.append(goal)
    return len(book.goals) - 1


def _lapsed_chains(book: GoalBook, places: Iterator[int], top: int, first: int, last: int) -> None:
    """Chains to a top goal whose middle ended by date, was done early, or was cancelled."""
    for how in ("by date", "done early", "cancelled"):
        unit = next(places)
        middle = _case(
            book,
            f"A middle that ended {how}",
            unit,
            first,
            first + 30 if how == "by date" else NEVER,
        )
        book.goals[middle].edges.append((top, "contributes", None))
        if how != "by date":
            status = "done" if how == "done early" else "cancelled"
            book.goals[middle].change((first + 25) * DAY + 36_000, "status", "open", status)
        leaf = _case(book, f"A leaf under a middle that ended {how}", unit, first, last)
        book.goals[leaf].edges.append((middle, "contributes", 1.0))
        book.goals[leaf].owners.append((None, unit))


def _loops(book: GoalBook, places: Iterator[int], top: int, first: int, last: int) -> None:
    """Circles of two and of three goals, and one of two that also leads to a top goal.

    In the last the goal that leads up is the older: its edge into the circle is kept, and the
    newest, that of the goal created last, is cut.
    """
    for length in (2, 3, 2):
        ring = []
        for step in range(length):
            number = _case(
                book, f"Step {step + 1} of a circle of {length}", next(places), first, last
            )
            book.goals[number].created += step * 7200
            ring.append(number)
        for number, above in zip(ring, [*ring[1:], ring[0]], strict=True):
            book.goals[number].edges.append((above, "contributes", None))
    book.goals[ring[0]].edges.append((top, "contributes", 0.5))
    book.goals[ring[1]].change((first + 20) * DAY + 33_000, "weight", None, "0.3")


def _left_owner(rng: np.random.Generator, plan: Plan, people: People, book: GoalBook) -> None:
    """Goals of the last cycle owned by somebody who left before it ended."""
    gone = np.flatnonzero((people.left < plan.end - 20) & (people.hired < plan.start))
    late = [
        goal
        for goal in book.goals
        if goal.cycle == book.quarters[-1].name and goal.level in ("unit", "team")
    ]
    for goal, person in zip(late[:3], rng.permutation(gone), strict=False):
        goal.owners = [(int(person), None)]


def _untouched(plan: Plan, people: People, book: GoalBook, places: Iterator[int]) -> None:
    """Owned goals that run long and that nothing ever happens to."""
    for _ in range(3):
        unit = next(places)
        number = _case(book, "A standing promise", unit, plan.start + 10, NEVER)
        book.goals[number].owners.append((people.heads.get(unit, people.heads[ROOT]), None))
        book.goals[number].edges.append((number - 1, "supports", None))
