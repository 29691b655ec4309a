"""The goal tables of the world, made from the goals that were drawn.

Belongs here: rows of goals, their changes, edges, owners and check-ins. Does not belong here:
what the goals are (`goaltree`, `goaltraits`, `goalcases`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from sandbox.draw import DAY, NEVER, Plan, dates, instants, keys, quota, table
from sandbox.goalbook import Goal, GoalBook
from sandbox.orgtree import Org
from sandbox.people import People

_SAID: Final = ((0.85, "on track"), (0.6, "at risk"), (-9.0, "off track"))


def goal_tables(
    plan: Plan, org: Org, people: People, book: GoalBook, listed: list[int]
) -> dict[str, pl.DataFrame]:
    """All goal tables but metrics; what would happen after the horizon is left out."""
    horizon = (plan.end + 1) * DAY
    known = [(book.key(n), goal) for n, goal in enumerate(book.goals) if goal.created < horizon]
    return {
        "goals": _goals(org, people, known),
        "goal_events": _events(people, known, horizon),
        "goal_edges": _edges(book, known),
        "goal_owners": _owners(org, people, known),
        "checkins": _checkins(plan, people, known, horizon),
        "top_goals": table("top_goals", {"goal": [book.key(number) for number in listed]}),
    }


def _goals(org: Org, people: People, known: list[tuple[str, Goal]]) -> pl.DataFrame:
    goals, units = [goal for _, goal in known], org.keys
    return table(
        "goals",
        {
            "goal": [key for key, _ in known],
            "title": [g.title for g in goals],
            "why": [g.why for g in goals],
            "level": [g.level for g in goals],
            "visibility": [g.visibility for g in goals],
            "unit": [None if g.unit is None else units[g.unit] for g in goals],
            "cycle": [g.cycle for g in goals],
            "starts_on": dates([g.starts for g in goals]),
            "ends_on": dates([g.ends for g in goals]),
            "status": [g.status for g in goals],
            "weight": [g.weight for g in goals],
            "origin": [g.origin for g in goals],
            "created_by": [None if g.creator is None else people.keys[g.creator] for g in goals],
            "created_at": instants([g.created for g in goals]),
            "checkin_cadence_days": [g.cadence for g in goals],
            "need_key": [g.need for g in goals],
            "need_confirmed_on": dates([g.confirmed for g in goals]),
        },
    )


def _author(people: People, goal: Goal) -> str | None:
    """Who speaks for a goal: its first owner, else its creator."""
    person = next((p for p, _ in goal.owners if p is not None), goal.creator)
    return None if person is None else people.keys[person]


def _events(people: People, known: list[tuple[str, Goal]], horizon: int) -> pl.DataFrame:
    rows = [
        (at, key, field, before, after, _author(people, goal))
        for key, goal in known
        for at, field, before, after in goal.events
        if goal.created < at < horizon
    ]
    rows.sort(key=lambda row: row[:3])
    return table(
        "goal_events",
        {
            "event": keys("E", range(1, len(rows) + 1), 6),
            "goal": [row[1] for row in rows],
            "at": instants([row[0] for row in rows]),
            "author": [row[5] for row in rows],
            "field": [row[2] for row in rows],
            "before": [row[3] for row in rows],
            "after": [row[4] for row in rows],
        },
    )


def _edges(book: GoalBook, known: list[tuple[str, Goal]]) -> pl.DataFrame:
    rows = [
        (key, book.key(above), kind, weight)
        for key, goal in known
        for above, kind, weight in goal.edges
    ]
    child, parent, kind, weight = zip(*rows, strict=True)
    return table(
        "goal_edges", {"child": child, "parent": parent, "edge_type": kind, "weight": weight}
    )


def _owners(org: Org, people: People, known: list[tuple[str, Goal]]) -> pl.DataFrame:
    units = org.keys
    rows = [
        (
            key,
            None if person is None else people.keys[person],
            None if unit is None else units[unit],
        )
        for key, goal in known
        for person, unit in goal.owners
    ]
    goal, person, unit = zip(*rows, strict=True)
    return table("goal_owners", {"goal": goal, "person": person, "unit": unit})


def _checkins(
    plan: Plan, people: People, known: list[tuple[str, Goal]], horizon: int
) -> pl.DataFrame:
    """Check-ins in the promised rhythm, late, ceasing, or none at all; never on cases."""
    rng = plan.rng("checkins")
    goals = [(key, goal) for key, goal in known if goal.cycle != "case"]
    habits = quota(rng, len(goals), {"regular": 0.48, "late": 0.2, "ceasing": 0.14, "never": 0.18})
    rows: list[tuple[int, str, str | None, float, float]] = []
    for (key, goal), habit in zip(goals, habits, strict=True):
        first, last = _span(plan, goal)
        gap = (goal.cadence or 21) * (2.2 if habit == "late" else 1)
        until = first + (last - first) * (0.4 if habit == "ceasing" else 1)
        if habit == "never" or until <= first:
            continue
        days = np.arange(first + min(gap * 0.8, 12), until, gap) + rng.integers(-1, 2)
        pace = rng.normal(0.9, 0.25)
        for day in days.astype(int):
            at = int(day * DAY + rng.integers(6 * 3600, 23 * 3600))
            done = float(np.clip(pace * (day - first) / max(last - first, 1), 0, 1.1))
            if goal.created < at < horizon:
                rows.append((at, key, _author(people, goal), done, float(rng.uniform(0.3, 1))))
    rows.sort()
    paces = [row[3] + row[4] * 0.4 for row in rows]
    return table(
        "checkins",
        {
            "checkin": keys("C", range(1, len(rows) + 1), 6),
            "goal": [row[1] for row in rows],
            "at": instants([row[0] for row in rows]),
            "author": [row[2] for row in rows],
            "progress": [round(row[3], 2) for row in rows],
            "confidence": [round(row[4], 2) for row in rows],
            "status": [next(word for least, word in _SAID if pace >= least) for pace in paces],
        },
    )


def _span(plan: Plan, goal: Goal) -> tuple[int, int]:
    """Days in which somebody may say something about the goal, within the horizon."""
    first = goal.starts if goal.starts != NEVER else goal.created // DAY
    last = min(goal.ends, first + 180 if goal.cycle != "standing" else NEVER, plan.end)
    return max(first, plan.start - 20), last
