"""How work items change: statuses, assignees, reassignments, and the goals named on them.

Belongs here: the changes of all items and what holds at their creation. Does not belong here:
which items exist (`initiatives`, `items`).

Items are numbered with the initiatives first, then the work below them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from sandbox.accounts import Workers
from sandbox.draw import DAY, NEVER, Plan, flags, quota, utc_seconds
from sandbox.goalbook import GoalBook
from sandbox.items import Work
from sandbox.linking import Initiative

_STEPS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "long": (
        ("Selected", "chosen"),
        ("In Progress", "start"),
        ("In Review", "review"),
        ("Done", "end"),
    ),
    "short": (("In Progress", "start"), ("Done", "end")),
    "direct": (("Done", "end"),),
    "reopened": (
        ("In Progress", "start"),
        ("Done", "end"),
        ("In Progress", "again"),
        ("Done", "again end"),
    ),
    "paused": (
        ("In Progress", "start"),
        ("Selected", "half"),
        ("In Progress", "review"),
        ("Done", "end"),
    ),
    "dropped": (("In Progress", "start"), ("Won't Do", "end")),
    "undone": (("In Progress", "start"),),
    "untouched": (),
    "instant": (("Selected", "start"), ("In Progress", "start"), ("Done", "end")),
    "born doing": (("Done", "end"),),
}
"""The statuses that each path reaches, and at which moment of `_moments`."""


@dataclass
class Changes:
    """Changes as parallel lists of arrays: item number, instant, author, field, values."""

    item: list[Any] = field(default_factory=list)
    at: list[Any] = field(default_factory=list)
    author: list[Any] = field(default_factory=list)
    name: list[Any] = field(default_factory=list)
    before: list[Any] = field(default_factory=list)
    after: list[Any] = field(default_factory=list)

    def add(self, name: str, item: Any, at: Any, author: Any, before: Any, after: Any) -> None:
        """Note changes of one field; a single value stands for all rows."""
        n = len(item)
        for column, value in (
            (self.item, item),
            (self.at, at),
            (self.author, author),
            (self.name, name),
            (self.before, before),
            (self.after, after),
        ):
            whole = np.empty(n, dtype=object)
            whole[:] = value
            column.append(whole)


@dataclass
class Opening:
    """What holds when each item is created; by item number."""

    status: np.ndarray
    assignee: np.ndarray
    goals: np.ndarray


def _moments(rng: np.random.Generator, work: Work, zones: np.ndarray) -> dict[str, np.ndarray]:
    """Instants of the steps, in order and after the creation; some late in the evening."""
    n, first = len(work), work.created + 300
    begin = np.where(work.start < NEVER, work.start, work.created // DAY)
    last = np.where(work.end < NEVER, work.end, begin + 30)
    late, early = flags(rng, n, 0.06), flags(rng, n, 0.06)
    morning = np.where(early, rng.integers(3600, 8 * 3600, n), rng.integers(28_800, 41_000, n))
    evening = np.where(late, rng.integers(20 * 3600, 86_400, n), rng.integers(50_000, 65_000, n))
    morning = np.where((morning >= 3600) & (morning < 3 * 3600), morning % 3600, morning)
    start = np.maximum(utc_seconds(begin, morning, zones), first + 60)
    end = np.maximum(utc_seconds(last, evening, zones), start + 3600)
    whole = {
        "chosen": first + ((start - first) * rng.uniform(0.1, 0.9, n)).astype(np.int64),
        "start": start,
        "half": start + (end - start) * 2 // 5,
        "review": start + (end - start) * 4 // 5,
        "end": end,
        "again": end + rng.integers(1, 6, n) * DAY,
    }
    whole["again end"] = whole["again"] + rng.integers(1, 8, n) * DAY
    return whole


def unfold(
    plan: Plan, workers: Workers, book: GoalBook, initiatives: list[Initiative], work: Work
) -> tuple[Opening, Changes]:
    """All changes of all items, and what each begins with."""
    rng, n_above = plan.rng("histories"), len(initiatives)
    total, changes = n_above + len(work), Changes()
    opening = Opening(
        np.full(total, "Backlog", dtype=object),
        np.full(total, None, dtype=object),
        np.full(total, None, dtype=object),
    )
    done_by = np.maximum(work.worker, 0)
    moments = _moments(rng, work, workers.zones[done_by])
    accounts = workers.account_on(done_by, np.minimum(work.start, plan.end))
    accounts[work.worker < 0] = None
    opening.status[n_above:][work.path == "born doing"] = "In Progress"
    _statuses(rng, workers, work, moments, accounts, n_above, changes)
    opening.assignee[n_above:] = _assignees(rng, work, moments, accounts, n_above, changes)
    _initiative_lives(plan, workers, initiatives, opening, changes)
    _own_goals(rng, book, work, accounts, n_above, opening, changes)
    return opening, changes


def _statuses(
    rng: np.random.Generator,
    workers: Workers,
    work: Work,
    moments: dict[str, np.ndarray],
    accounts: np.ndarray,
    n_above: int,
    changes: Changes,
) -> None:
    """Status changes along each path; the robot makes some of them."""
    robot = flags(rng, len(work), 0.05) | (work.path == "instant")
    author = np.where(robot, workers.robot, accounts)
    for path, steps in _STEPS.items():
        rows = np.flatnonzero(work.path == path)
        before = "In Progress" if path == "born doing" else "Backlog"
        for status, moment in steps:
            changes.add(
                "status", rows + n_above, moments[moment][rows], author[rows], before, status
            )
            before = status


def _assignees(
    rng: np.random.Generator,
    work: Work,
    moments: dict[str, np.ndarray],
    accounts: np.ndarray,
    n_above: int,
    changes: Changes,
) -> np.ndarray:
    """Who has each item at first; the others are assigned at the start, some passed on later."""
    n = len(work)
    known = work.worker >= 0
    at_once = flags(rng, n, 0.55) | (work.path == "born doing")
    later = np.flatnonzero(known & ~at_once)
    changes.add(
        "assignee", later + n_above, moments["start"][later], accounts[later], None, accounts[later]
    )
    order = np.lexsort((work.start, work.unit))
    before_me = np.empty(n, dtype=int)
    before_me[order[1:]], before_me[order[0]] = order[:-1], order[0]
    colleague = accounts[before_me]
    fits = known & (work.unit[before_me] == work.unit) & (colleague != accounts)
    fate = quota(rng, n, {"kept": 0.87, "passed": 0.06, "lent": 0.05, "dropped": 0.02})
    passed = np.flatnonzero(fits & np.isin(fate, ["passed", "lent"]))
    changes.add(
        "assignee",
        passed + n_above,
        moments["half"][passed],
        accounts[passed],
        accounts[passed],
        colleague[passed],
    )
    back = np.flatnonzero(fits & (fate == "lent"))
    changes.add(
        "assignee",
        back + n_above,
        moments["review"][back],
        colleague[back],
        colleague[back],
        accounts[back],
    )
    nobody = np.flatnonzero(known & (fate == "dropped"))
    changes.add(
        "assignee",
        nobody + n_above,
        moments["half"][nobody],
        accounts[nobody],
        accounts[nobody],
        None,
    )
    return np.where(known & at_once, accounts, None)


def _initiative_lives(
    plan: Plan, workers: Workers, initiatives: list[Initiative], opening: Opening, changes: Changes
) -> None:
    """Statuses, leads and references of epics and themes."""
    lead = [workers.account_on([i.lead], [min(i.first, plan.end)])[0] for i in initiatives]
    opening.assignee[: len(initiatives)] = lead
    for number, initiative in enumerate(initiatives):
        begin = max(initiative.first * DAY + 9 * 3600, initiative.created + 3600)
        changes.add("status", [number], begin, lead[number], "Backlog", "In Progress")
        if number % 7:
            status = "Won't Do" if number % 11 == 0 else "Done"
            close = max((initiative.last + number % 30) * DAY + 15 * 3600, begin + DAY)
            changes.add("status", [number], close, lead[number], "In Progress", status)
        now = ";".join(initiative.refs) or None
        opening.goals[number] = now
        for at, keys in initiative.ref_changes:
            after = ";".join(keys) or None
            changes.add("goal", [number], at, lead[number], now, after)
            now = after


def _own_goals(
    rng: np.random.Generator,
    book: GoalBook,
    work: Work,
    accounts: np.ndarray,
    n_above: int,
    opening: Opening,
    changes: Changes,
) -> None:
    """Goals on single pieces of work: without an initiative, or other than the initiative's."""
    chance = rng.random(len(work))
    chosen = (work.worker >= 0) & (chance < np.where(work.initiative < 0, 0.3, 0.05))
    later = rng.random(len(work)) < 0.25
    for number in np.flatnonzero(chosen):
        day = work.created[number] // DAY
        cycle = next((q.name for q in book.quarters if day <= q.last), book.quarters[-1].name)
        goals = [
            n
            for n in book.of_unit.get((int(work.unit[number]), cycle), [])
            if book.goals[n].created < work.created[number]
        ]
        if not goals:
            continue
        key = book.key(int(rng.choice(goals)))
        kind = rng.random()
        if kind < 0.08:
            key = f"G8{rng.integers(10_000):04d}"
        elif kind < 0.2:
            key = f"{key};{book.key(goals[0])}" if book.key(goals[0]) != key else key
        if later[number]:
            at = work.created[number] + int(rng.integers(3600, 20 * DAY))
            changes.add("goal", [number + n_above], at, accounts[number], None, key)
        else:
            opening.goals[n_above + number] = key
