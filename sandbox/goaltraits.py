"""What is true of the sample company's goals beside their edges.

Belongs here: whys, owners, weights, spans, the changes of a goal over time. Does not belong here:
edges (`goaltree`), planted cases (`goalcases`), check-ins and metrics.
"""

from __future__ import annotations

import numpy as np

from sandbox.draw import DAY, NEVER, Plan, date_of, quota
from sandbox.goalbook import Goal, GoalBook
from sandbox.orgtree import ROOT, Org
from sandbox.people import People
from sandbox.words import EFFECTS, REASONS, SHORT_WHYS


def dress(plan: Plan, org: Org, people: People, book: GoalBook) -> None:
    """Give every goal its traits; each trait has its own chance."""
    _spans(plan.rng("goal-spans"), book)
    _states(plan.rng("goal-states"), book)
    _owners(plan.rng("goal-owners"), people, book)
    _whys(plan.rng("goal-whys"), org, book)
    _small_traits(plan.rng("goal-traits"), book)
    _late_changes(plan.rng("goal-changes"), book)


def _collective(book: GoalBook) -> list[Goal]:
    """Quarterly goals of units: those whose spans and states vary."""
    return [goal for goal in book.goals if goal.level in ("unit", "team") and "Q" in goal.cycle]


def _spans(rng: np.random.Generator, book: GoalBook) -> None:
    """Leave out first or last days, or begin in the middle of the quarter."""
    goals = _collective(book)
    kinds = quota(
        rng,
        len(goals),
        {"full": 0.84, "no start": 0.05, "no end": 0.06, "neither": 0.02, "late": 0.03},
    )
    for goal, kind in zip(goals, kinds, strict=True):
        if kind in ("no start", "neither"):
            goal.starts = NEVER
        if kind in ("no end", "neither"):
            goal.ends = NEVER
        if kind == "late":
            goal.starts += 45


def _states(rng: np.random.Generator, book: GoalBook) -> None:
    """Drafts, done, cancelled; goals without a last day mostly end by being done."""
    goals = _collective(book)
    kinds = quota(
        rng,
        len(goals),
        {"open": 0.62, "done": 0.22, "cancelled": 0.06, "draft": 0.04, "late open": 0.06},
    )
    quarter_ends = {quarter.name: quarter.last for quarter in book.quarters}
    for goal, kind in zip(goals, kinds, strict=True):
        last = quarter_ends[goal.cycle]
        begun = max(goal.created // DAY + 3, last - 90)
        if kind in ("draft", "late open"):
            goal.status = "draft"
        if kind == "late open":
            _state(rng, goal, begun + int(rng.integers(2, 20)), "open")
        elif kind == "cancelled":
            _state(rng, goal, int(rng.integers(begun + 10, last)), "cancelled")
        elif kind == "done" or (kind == "open" and goal.ends == NEVER and rng.random() < 0.7):
            _state(rng, goal, last + int(rng.integers(-12, 9)), "done")


def _state(rng: np.random.Generator, goal: Goal, day: int, status: str) -> None:
    before = next(
        (event[3] for event in reversed(goal.events) if event[1] == "status"), goal.status
    )
    goal.change(int(day * DAY + rng.integers(6 * 60, 23 * 60) * 60), "status", before, status)


def _owners(rng: np.random.Generator, people: People, book: GoalBook) -> None:
    """One owner, several of different units, a unit, a person and a unit, or nobody."""
    goals = [goal for goal in book.goals if goal.level != "individual"]
    kinds = quota(
        rng,
        len(goals),
        {"head": 0.3, "member": 0.32, "several": 0.1, "unit": 0.09, "both": 0.05, "nobody": 0.14},
    )
    for goal, kind in zip(goals, kinds, strict=True):
        staff = book.staff[goal.cycle if goal.cycle in book.staff else book.quarters[0].name]
        own = staff.get(goal.home) or staff[ROOT]
        head = people.heads.get(goal.home, own[0])
        others = [head_there for unit, head_there in people.heads.items() if unit != goal.home]
        member = int(rng.choice(own))
        persons = {
            "head": [head],
            "member": [member],
            "both": [member],
            "unit": [],
            "nobody": [],
            "several": [member, int(rng.choice(others))],
        }[kind]
        goal.owners = [(person, None) for person in dict.fromkeys(persons)]
        if kind in ("unit", "both"):
            goal.owners.append((None, goal.home))
        goal.creator = head if rng.random() < 0.6 else member
    for goal in book.goals:
        if goal.level == "individual":
            goal.creator = goal.owners[0][0]
    silent = quota(rng, len(goals), {True: 0.1, False: 0.9})
    for goal, leaves_out in zip(goals, silent, strict=True):
        if leaves_out and goal.level != "company":
            goal.unit = None


def _whys(rng: np.random.Generator, org: Org, book: GoalBook) -> None:
    """Reasons: a full one, a short one, the title again, the parent's again, or none."""
    kinds = quota(
        rng,
        len(book.goals),
        {"full": 0.62, "none": 0.22, "short": 0.05, "title": 0.06, "parent": 0.05},
    )
    for goal in book.goals:
        place = org.names[goal.home]
        goal.why = f"In {place}, {rng.choice(REASONS)}; then {rng.choice(EFFECTS)}."
    for goal, kind in zip(book.goals, kinds, strict=True):
        parent = next((above for above, _, _ in goal.edges if isinstance(above, int)), None)
        if kind == "none":
            goal.why = None
        elif kind == "short":
            goal.why = str(rng.choice(SHORT_WHYS))
        elif kind == "title":
            goal.why = f"{goal.title}!"
        elif kind == "parent" and parent is not None:
            goal.why = book.goals[parent].why


def _small_traits(rng: np.random.Generator, book: GoalBook) -> None:
    """Weights, visibility, origin, promised check-ins, customers' needs."""
    n = len(book.goals)
    weights = quota(rng, n, {None: 0.45, 0.2: 0.15, 0.3: 0.15, 0.5: 0.15, 1.0: 0.1})
    origins = quota(rng, n, {None: 0.4, "self_set": 0.25, "negotiated": 0.2, "assigned": 0.15})
    seen = quota(rng, n, {"public": 0.88, "unit": 0.08, "private": 0.04})
    cadences = quota(rng, n, {7: 0.2, 14: 0.3, 30: 0.3, None: 0.2})
    needs = quota(rng, n, {True: 0.2, False: 0.8})
    for number, goal in enumerate(book.goals):
        goal.weight, goal.origin, goal.cadence = weights[number], origins[number], cadences[number]
        if goal.level in ("unit", "team"):
            goal.visibility = str(seen[number])
        if needs[number]:
            goal.need = f"N{rng.integers(1, 41):03d}"
            goal.confirmed = goal.created // DAY - int(rng.integers(1, 200))


def _late_changes(rng: np.random.Generator, book: GoalBook) -> None:
    """Last days moved, weights and levels changed, while the goal runs."""
    goals = _collective(book)
    kinds = quota(
        rng,
        len(goals),
        {
            "none": 0.87,
            "longer": 0.04,
            "shorter": 0.03,
            "start": 0.01,
            "weight": 0.03,
            "level": 0.02,
        },
    )
    quarter_starts = {quarter.name: quarter.first for quarter in book.quarters}
    for goal, kind in zip(goals, kinds, strict=True):
        day = max(quarter_starts[goal.cycle] + 15, goal.created // DAY + 2)
        at = int((day + rng.integers(0, 30)) * DAY + rng.integers(6 * 60, 23 * 60) * 60)
        if kind in ("longer", "shorter") and goal.ends != NEVER:
            moved = goal.ends + (28 if kind == "longer" else -20)
            goal.change(at, "ends_on", str(date_of(goal.ends)), str(date_of(moved)))
        elif kind == "start" and goal.starts != NEVER:
            goal.change(at, "starts_on", str(date_of(goal.starts)), str(date_of(goal.starts + 7)))
        elif kind == "weight":
            before = None if goal.weight is None else str(goal.weight)
            goal.change(at, "weight", before, "0.4")
        elif kind == "level":
            goal.change(at, "level", goal.level, "unit" if goal.level == "team" else "team")
