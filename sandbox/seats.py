"""Who sits where: seats, moves, gaps between seats, two seats at once.

Belongs here: the seats of the people and the question in whose unit somebody works on a day.
Does not belong here: why units change (`orgtree`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from sandbox.draw import NEVER, Plan, dates, flags, keys, quota, table
from sandbox.orgtree import Org, late_adopters
from sandbox.people import People
from sandbox.words import FAMILIES, TITLES


@dataclass
class Spell:
    """A person in a unit from a day to a last day (`NEVER`: open)."""

    person: int
    unit: int
    since: int
    until: int
    step: int = 0
    second: bool = False


@dataclass
class Seats:
    """All spells, and the main ones ordered for look-up by person and day."""

    spells: list[Spell]
    fte: np.ndarray
    """Full-time share of each person; NaN where HR says none."""
    order: np.ndarray
    units: np.ndarray

    def unit_on(self, persons: Any, days: Any) -> np.ndarray:
        """Unit of each person's main seat on a day: the last begun, before it the first."""
        persons = np.asarray(persons)
        found = np.searchsorted(self.order, persons * NEVER + np.asarray(days), "right") - 1
        first = np.searchsorted(self.order, persons * NEVER, "left")
        return self.units[np.maximum(found, first)]


def seat(plan: Plan, org: Org, people: People) -> Seats:
    """Everybody's seats over the horizon."""
    rng = plan.rng("seats")
    changes = _changes(rng, plan, org, people)
    spells = _spells(rng, org, people, changes)
    main = sorted(spells, key=lambda spell: (spell.person, spell.since))
    fte = quota(
        rng, len(people), {1.0: 0.78, 0.8: 0.07, 0.75: 0.03, 0.6: 0.04, 0.5: 0.04, np.nan: 0.04}
    ).astype(float)
    seats = Seats(
        spells,
        fte,
        np.array([spell.person * NEVER + spell.since for spell in main]),
        np.array([spell.unit for spell in main]),
    )
    spells += _second_seats(rng, plan, org, people, spells)
    return seats


def _changes(
    rng: np.random.Generator, plan: Plan, org: Org, people: People
) -> list[tuple[int, int, int, int]]:
    """(day, person, unit or -1 for the same, days without a seat) of single people, in order."""
    n, heads = len(people), set(people.heads.values())
    movers = np.flatnonzero(flags(rng, n, min(0.5, 0.1 * plan.years)))
    risers = np.flatnonzero(flags(rng, n, min(0.5, 0.08 * plan.years)))
    gaps = quota(rng, len(movers), {0: 0.8, 12: 0.1, 26: 0.07, 40: 0.03})
    growing = people.home[~np.isin(people.home, list(org.closing))]
    changes = []
    for person, gap in zip(movers, gaps, strict=True):
        day = int(rng.integers(plan.start + 20, plan.end - 10))
        target = int(rng.choice(growing))
        if person not in heads and people.hired[person] + 50 < day < people.left[person] - 50:
            changes.append((day, int(person), target, int(gap)))
    for person in risers:
        day = int(rng.integers(plan.start + 20, plan.end - 10))
        if people.hired[person] + 90 < day < people.left[person] - 10:
            changes.append((day, int(person), -1, 0))
    return sorted(changes)


def _spells(
    rng: np.random.Generator, org: Org, people: People, changes: list[tuple[int, int, int, int]]
) -> list[Spell]:
    """Spells of everybody from hiring on, single changes and re-organisations in their order."""
    late = flags(rng, len(people), 0.02)
    current = {}
    for person in range(len(people)):
        since = int(people.hired[person]) + (14 if late[person] else 0)
        current[person] = Spell(person, int(people.home[person]), since, NEVER)
    done: list[Spell] = []

    def change(person: int, unit: int, day: int, gap: int) -> None:
        spell = current[person]
        if day <= spell.since + 1 or unit == spell.unit:
            return
        spell.until = day - 1 - gap if day - 1 - gap > spell.since else day - 1
        done.append(spell)
        rise = 1 if unit < 0 else 0
        to = spell.unit if unit < 0 else unit
        current[person] = Spell(person, to, day, NEVER, spell.step + rise)

    steps: list[tuple[int, int, int, int]] = sorted(
        changes + [(day, -1, number, 0) for number, (day, *_) in enumerate(org.moves)]
    )
    heads = set(people.heads.values())
    for day, person, unit, gap in steps:
        if person >= 0:
            change(person, unit, day, gap)
            continue
        _, source, target, share = org.moves[unit]
        there = [p for p, s in current.items() if s.unit == source and s.since < day]
        there = [p for p in there if people.left[p] > day and (share == 1 or p not in heads)]
        for mover in there[: max(2, round(share * len(there)))]:
            change(mover, target, day, 0)
    for person, spell in current.items():
        if people.left[person] < NEVER and rng.random() < 0.7:
            spell.until = max(int(people.left[person]), spell.since)
        done.append(spell)
    return done


def _second_seats(
    rng: np.random.Generator, plan: Plan, org: Org, people: People, spells: list[Spell]
) -> list[Spell]:
    """Second seats beside a main one: some over the whole horizon, some for a while."""
    counts = np.bincount([spell.person for spell in spells], minlength=len(people))
    may = np.flatnonzero((counts == 1) & (people.left == NEVER) & (people.hired < plan.start))
    heads = set(people.heads.values())
    may = np.array([person for person in may if person not in heads])
    chosen = rng.choice(may, max(4, round(0.03 * len(people))), replace=False)
    closed = org.closing | late_adopters(plan, org)[0]
    found = []
    for number, person in enumerate(sorted(int(p) for p in chosen)):
        others = [u for u in people.heads if u != people.home[person] and u not in closed]
        since = plan.start - 30 if number % 2 else int(rng.integers(plan.start + 30, plan.day(0.6)))
        until = NEVER if number % 3 else int(rng.integers(plan.day(0.75), plan.end))
        found.append(Spell(person, int(rng.choice(others)), since, until, second=True))
    return found


def seats_table(plan: Plan, org: Org, people: People, seats: Seats) -> pl.DataFrame:
    """The seats as HR keeps them; keys in the order in which the seats began.

    Two people who joined have none, as HR forgot to enter them.
    """
    rng = plan.rng("seats-table")
    unseated = set(rng.choice(np.flatnonzero(people.hired > plan.start), 2).tolist())
    spells = sorted(
        (s for s in seats.spells if s.person not in unseated),
        key=lambda s: (s.since, s.person, s.second),
    )
    families = quota(rng, len(people), dict.fromkeys(FAMILIES, 1.0) | {None: 0.3})
    ranks = quota(rng, len(people), {rank: 5.0 - rank for rank in range(5)}).astype(int)
    shared = {s.person: (0.6, 0.4) if s.person % 2 else (0.5, 0.5) for s in spells if s.second}
    primary = _primary_flags(rng, spells, shared)
    fte = [
        shared[s.person][s.second] if s.person in shared else seats.fte[s.person] for s in spells
    ]
    return table(
        "seats",
        {
            "seat": keys("1", range(1, len(spells) + 1), 6),
            "person": [people.keys[s.person] for s in spells],
            "unit": [org.keys[s.unit] for s in spells],
            "manager": [_manager(org, people, s) for s in spells],
            "title": [TITLES[min(int(ranks[s.person]) + s.step, 4)] for s in spells],
            "family": [families[s.person] for s in spells],
            "fte": [None if np.isnan(share) else share for share in fte],
            "is_primary": primary,
            "effective_from": dates([s.since for s in spells]),
            "effective_to": dates([s.until for s in spells]),
        },
    )


def _primary_flags(
    rng: np.random.Generator, spells: list[Spell], shared: dict[int, tuple[float, float]]
) -> list[bool | None]:
    """Main-seat flags: right, missing on both, or true on both where there are two."""
    silent = flags(rng, len(spells), 0.08)
    kind = dict(
        zip(shared, quota(rng, len(shared), {"one": 0.5, "none": 0.35, "both": 0.15}), strict=True)
    )
    found: list[bool | None] = []
    for spell, missing in zip(spells, silent, strict=True):
        if spell.person in kind:
            how = kind[spell.person]
            found.append(None if how == "none" else how == "both" or not spell.second)
        else:
            found.append(None if missing else True)
    return found


def _manager(org: Org, people: People, spell: Spell) -> str | None:
    """The head of the unit, or of the next unit above that another person leads."""
    parents, unit = org.parents_on(max(spell.since, org.born[spell.unit])), spell.unit
    while unit >= 0:
        head = people.heads.get(unit)
        if head is not None and head != spell.person:
            return people.keys[head]
        unit = parents[unit]
    return None
