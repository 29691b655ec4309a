"""The goals of the sample company and how they hang together.

Belongs here: which goals exist for which unit and cycle, and their edges. Does not belong here:
what else is true of a goal (`goaltraits`), cases planted on purpose (`goalcases`), metrics.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Final

import numpy as np

from sandbox.draw import DAY, NEVER, Plan, Quarter, date_of, day_of, flags, quota
from sandbox.goalbook import Goal, GoalBook
from sandbox.orgtree import ROOT, Org
from sandbox.people import People
from sandbox.seats import Seats
from sandbox.words import AIMS

_SHAPES: Final[dict[str, dict[str, float]]] = {
    "division": {"one": 0.84, "two": 0.06, "none": 0.05, "side": 0.05},
    "department": {
        "one": 0.68,
        "two": 0.12,
        "past": 0.06,
        "none": 0.05,
        "side": 0.05,
        "orphan": 0.02,
        "higher": 0.02,
    },
    "team": {
        "one": 0.55,
        "two": 0.1,
        "past": 0.08,
        "none": 0.12,
        "side": 0.07,
        "orphan": 0.02,
        "higher": 0.06,
    },
}
"""How goals hang, by kind of unit: on one goal above, on two, on last quarter's, beside, not at
all, on a goal that does not exist, on a goal of the unit two steps above."""


def grow(plan: Plan, org: Org, people: People, seats: Seats) -> GoalBook:
    """Goals of all levels: yearly of the company, standing and quarterly of units, individual."""
    rng = plan.rng("goaltree")
    book = GoalBook([], plan.quarters(), defaultdict(list), {})
    for quarter in book.quarters:
        book.staff[quarter.name] = _staff(people, seats, max(quarter.first, plan.start) - 25)
    _company_goals(rng, book)
    _standing_goals(rng, plan, org, book)
    for number, quarter in enumerate(book.quarters):
        _unit_goals(rng, org, book, number, quarter)
        _individual_goals(rng, book, quarter)
    return book


def _staff(people: People, seats: Seats, day: int) -> dict[int, list[int]]:
    """People employed on a day by the unit of their main seat."""
    there = np.flatnonzero((people.hired <= day) & (day <= people.left))
    found: dict[int, list[int]] = defaultdict(list)
    for person, unit in zip(there, seats.unit_on(there, np.full(len(there), day)), strict=True):
        found[int(unit)].append(int(person))
    return found


def _title(rng: np.random.Generator, place: str) -> str:
    return f"{rng.choice(AIMS)} in {place}"


def _moment(rng: np.random.Generator, day: int) -> int:
    """An instant in the working hours of a day, in whole minutes."""
    return int(day * DAY + rng.integers(7 * 60, 17 * 60) * 60)


def _add(book: GoalBook, goal: Goal) -> int:
    book.goals.append(goal)
    if goal.level != "individual":
        book.of_unit[(goal.home, goal.cycle)].append(len(book.goals) - 1)
    return len(book.goals) - 1


def _company_goals(rng: np.random.Generator, book: GoalBook) -> None:
    """Four goals a year for the whole company, and a fifth that contributes to the first."""
    years = sorted({date_of(quarter.first).year for quarter in book.quarters})
    for year in years:
        first, last = (day_of(dt.date(year, 1, 1)), day_of(dt.date(year, 12, 31)))
        numbers = []
        for _ in range(5):
            created = _moment(rng, first - int(rng.integers(10, 30)))
            goal = Goal(
                _title(rng, f"the whole company, {year}"),
                "company",
                ROOT,
                str(year),
                first,
                last,
                created,
            )
            numbers.append(_add(book, goal))
        book.goals[numbers[4]].edges.append((numbers[0], "contributes", None))


def _standing_goals(rng: np.random.Generator, plan: Plan, org: Org, book: GoalBook) -> None:
    """A goal without an end for each division; every second says no first day either."""
    years = sorted({date_of(quarter.first).year for quarter in book.quarters})
    for number, unit in enumerate(org.of_kind("division", plan.start)):
        created = _moment(rng, plan.start - int(rng.integers(5, 60)))
        starts = NEVER if number % 2 else plan.start - 30
        goal = Goal(
            _title(rng, org.names[unit]), "unit", unit, "standing", starts, NEVER, created, unit
        )
        chosen = years if number % 3 else years[:1]
        for year in chosen:
            above = int(rng.choice(book.of_unit[(ROOT, str(year))]))
            goal.edges.append((above, "contributes", None))
        _add(book, goal)


def _unit_goals(
    rng: np.random.Generator, org: Org, book: GoalBook, number: int, quarter: Quarter
) -> None:
    """The goals of divisions, departments and teams in one quarter, from the top down."""
    parents = org.parents_on(quarter.first)
    units = [
        unit
        for kind in ("division", "department", "team")
        for unit in org.of_kind(kind, quarter.last - 40)
    ]
    counts = quota(rng, len(units), {1: 0.2, 2: 0.4, 3: 0.3, 4: 0.1}).astype(int)
    of_kind = {
        kind: int(sum(c for u, c in zip(units, counts, strict=True) if org.kinds[u] == kind))
        for kind in _SHAPES
    }
    shapes = {kind: iter(quota(rng, of_kind[kind], _SHAPES[kind])) for kind in _SHAPES}
    before = book.quarters[number - 1].name if number else ""
    for unit, count in zip(units, counts, strict=True):
        begins = max(quarter.first, org.born[unit])
        level = "team" if org.kinds[unit] == "team" else "unit"
        above = parents[unit] if org.born[unit] <= quarter.first else org.parents[unit]
        for _ in range(count):
            created = _moment(rng, begins + int(rng.integers(-18, 9)))
            goal = Goal(
                _title(rng, org.names[unit]),
                level,
                unit,
                quarter.name,
                begins,
                quarter.last,
                created,
                unit,
            )
            shape = next(shapes[org.kinds[unit]])
            goal.alone = shape == "none" and level == "team"
            _hang(rng, book, goal, shape, above, parents, quarter.name, before)
            _add(book, goal)


def _above(book: GoalBook, unit: int, parents: list[int], cycle: str) -> list[int]:
    """Goals of the unit in the cycle, else of the next unit above that has some."""
    while unit > ROOT:
        if found := book.of_unit.get((unit, cycle)):
            return found
        unit = parents[unit]
    return book.of_unit[(ROOT, cycle[:4])]


def _hang(
    rng: np.random.Generator,
    book: GoalBook,
    goal: Goal,
    shape: str,
    above: int,
    parents: list[int],
    cycle: str,
    before: str,
) -> None:
    """Edges of one goal by its shape; some of those that contribute support another beside."""
    weight = round(float(rng.integers(1, 5)) / 4, 2) if rng.random() < 0.3 else None
    own = _above(book, above, parents, cycle)
    if shape == "higher" and above > ROOT:
        own = _above(book, parents[above], parents, cycle)
    if shape == "past" and (old := book.of_unit.get((above, before))):
        own = old
    beside = [
        n
        for n in range(max(0, len(book.goals) - 60), len(book.goals))
        if book.goals[n].cycle == cycle
        and book.goals[n].home != goal.home
        and book.goals[n].level != "individual"
        and not book.goals[n].alone
    ]
    if shape in ("one", "two", "past", "higher"):
        goal.edges.append((int(rng.choice(own)), "contributes", weight))
    if shape == "two":
        others = [n for n in own + beside if n != goal.edges[0][0]]
        if others:
            goal.edges.append((int(rng.choice(others)), "contributes", weight))
    if shape == "orphan":
        goal.edges.append((f"G9{rng.integers(10_000):04d}", "contributes", weight))
    if beside and (shape == "side" or (shape == "one" and rng.random() < 0.1)):
        goal.edges.append((int(rng.choice(beside)), "supports", None))


def _individual_goals(rng: np.random.Generator, book: GoalBook, quarter: Quarter) -> None:
    """A goal for about three in ten people, most of them under a goal of their unit."""
    staff = [(unit, person) for unit, there in book.staff[quarter.name].items() for person in there]
    chosen = [pair for pair, flag in zip(staff, flags(rng, len(staff), 0.28), strict=True) if flag]
    seen = quota(rng, len(chosen), {"private": 0.5, "unit": 0.3, "public": 0.2})
    for (unit, person), visibility in zip(chosen, seen, strict=True):
        created = _moment(rng, quarter.first + int(rng.integers(-10, 20)))
        goal = Goal(
            f"My part: {rng.choice(AIMS)}",
            "individual",
            unit if person % 3 == 0 else None,
            quarter.name,
            quarter.first,
            quarter.last,
            created,
            unit,
            visibility=str(visibility),
            owners=[(person, None)],
        )
        own = [n for n in book.of_unit.get((unit, quarter.name), []) if not book.goals[n].alone]
        if own and rng.random() < 0.65:
            goal.edges.append((int(rng.choice(own)), "contributes", None))
        _add(book, goal)
