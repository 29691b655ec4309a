"""Initiatives of the sample company: epics, and themes above some of them.

Belongs here: which initiatives exist, whose, from when to when. Does not belong here: their goals
(`linking`), the work below them (`items`).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sandbox.draw import DAY, Plan, Quarter, quota
from sandbox.goalbook import GoalBook
from sandbox.linking import WAYS, Initiative, carry, link, put_under_theme
from sandbox.orgtree import ROOT, Org
from sandbox.people import People
from sandbox.words import THINGS, WORK

PEOPLE_PER_EPIC: Final = 7

ORPHANS: Final = ("Move everything to the new vendor", "Paint the meeting rooms")
"""Titles of two initiatives without a goal: one that takes much work, one that takes little."""


def start_initiatives(plan: Plan, org: Org, people: People, book: GoalBook) -> list[Initiative]:
    """Themes of divisions, epics of units by quarter, and the two orphans, in this order."""
    rng = plan.rng("initiatives")
    themes = _themes(rng, plan, org, people, book)
    epics = []
    for quarter in book.quarters:
        for unit, staff in sorted(book.staff[quarter.name].items()):
            if unit == ROOT or org.born[unit] > quarter.last - 30:
                continue
            count = max(int(org.kinds[unit] == "team"), round(len(staff) / PEOPLE_PER_EPIC))
            epics += [
                _epic(rng, plan, org, quarter, unit, int(rng.choice(staff))) for _ in range(count)
            ]
    for epic, way in zip(epics, quota(rng, len(epics), WAYS), strict=True):
        epic.way = str(way)
        link(rng, org, book, epic)
        if way == "theme" or rng.random() < 0.12:
            put_under_theme(org, themes, epic)
    _speak_of_goals(plan.rng("initiative-topics"), book, epics)
    created = (plan.end - 110) * DAY + 9 * 3600
    orphans = [
        Initiative(title, "Epic", -1, plan.end - 109, plan.end, created, people.heads[ROOT])
        for title in ORPHANS
    ]
    return themes + epics + orphans


def _speak_of_goals(rng: np.random.Generator, book: GoalBook, epics: list[Initiative]) -> None:
    """Let three of five epics name in their title what their first goal is about."""
    by_key = {book.key(number): goal for number, goal in enumerate(book.goals)}
    for epic in epics:
        named = [*(book.key(link.goal) for link in epic.links), *epic.refs]
        named += [key for _, keys in epic.ref_changes for key in keys]
        goal = by_key.get(named[0]) if named else None
        if goal is not None and rng.random() < 0.6 and " in " in goal.title:
            topic = goal.title.split(" in ")[0].split(" ", 1)[1]
            epic.title = f"{epic.title}: {topic}"


def _title(rng: np.random.Generator, place: str) -> str:
    return f"{rng.choice(WORK)} {rng.choice(THINGS)} for {place}"


def _epic(
    rng: np.random.Generator, plan: Plan, org: Org, quarter: Quarter, unit: int, lead: int
) -> Initiative:
    """An epic that begins early in the quarter and lasts six weeks to nine months."""
    earliest = max(plan.start, org.born[unit])
    first = min(max(quarter.first + int(rng.integers(-8, 15)), earliest), plan.end - 3)
    created = max(first - int(rng.integers(1, 18)), earliest - 5, plan.start)
    last = first + int(
        rng.choice([45, 65, 80, 100, 150, 270], p=[0.15, 0.25, 0.28, 0.14, 0.1, 0.08])
    )
    at = created * DAY + int(rng.integers(6 * 60, 8 * 60) * 60)
    return Initiative(_title(rng, org.names[unit]), "Epic", unit, first, last, at, lead)


def _themes(
    rng: np.random.Generator, plan: Plan, org: Org, people: People, book: GoalBook
) -> list[Initiative]:
    """Two themes for each division, one after the other; each carries a goal that lasts."""
    found = []
    for division, unit in enumerate(org.of_kind("division", plan.start)):
        for half, quarter in enumerate((book.quarters[0], book.quarters[len(book.quarters) // 2])):
            first = max(quarter.first, plan.start)
            theme = Initiative(
                f"Theme: {_title(rng, org.names[unit])}",
                "Theme",
                unit,
                first,
                first + 300,
                first * DAY + 5 * 3600,
                people.heads[unit],
                None,
                "carries",
            )
            carry(book, theme, 2 * division + half, quarter.name[:4])
            found.append(theme)
    return found
