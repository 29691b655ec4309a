"""The people of the sample company: who they are, where, from when to when.

Belongs here: persons, places, leave, what HR knows of their e-mail. Does not belong here: seats
(`seats`), accounts in the tracker (`accounts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from sandbox.draw import NEVER, Plan, dates, flags, keys, quota, table, to_working_day
from sandbox.names import draw as draw_names
from sandbox.names import plain
from sandbox.orgtree import Org

PLACES: Final = {
    "Berlin": ("DE", "BE", "Europe/Berlin"),
    "Munich": ("DE", "BY", "Europe/Berlin"),
    "London": ("GB", "ENG", "Europe/London"),
    "New York": ("US", "NY", "America/New_York"),
    "Singapore": ("SG", None, "Asia/Singapore"),
}
"""Declared places: country, subdivision, time zone."""
UNDECLARED: Final = "Lisbon"
"""A place that HR writes and that nobody declared."""

_WHERE: Final = {
    "Berlin": 0.36,
    "Munich": 0.17,
    "London": 0.16,
    "New York": 0.13,
    "Singapore": 0.1,
    UNDECLARED: 0.04,
    None: 0.04,
}
_MAIL: Final = "sample.example"
_FORMER_MAIL: Final = "former.example"


@dataclass
class People:
    """Persons by number; days are numbers, `NEVER` where there is none."""

    keys: list[str]
    home: np.ndarray
    place: np.ndarray
    hired: np.ndarray
    left: np.ndarray
    leave_from: np.ndarray
    leave_to: np.ndarray
    numbers: np.ndarray
    names: list[str]
    mail_now: np.ndarray
    mail_then: np.ndarray
    heads: dict[int, int]
    """Head of a unit, by unit number."""

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def zones(self) -> np.ndarray:
        """The time zone in which each person's day is counted: UTC where it is not known."""
        zone_of = {place: zone for place, (_, _, zone) in PLACES.items()}
        return np.array([zone_of.get(place, "UTC") for place in self.place])


def hire(plan: Plan, org: Org) -> People:
    """People enough for `plan.people` at the end, with those who left before."""
    rng = plan.rng("people")
    n_joiners = max(3, round(0.17 * plan.people * plan.years))
    starters = np.repeat(np.arange(len(org)), org.sizes)
    growing = starters[~np.isin(starters, list(org.closing))]
    home = np.concatenate([starters, rng.choice(growing, n_joiners)])
    n, n_first = len(home), len(starters)
    hired = to_working_day(
        np.concatenate(
            [
                plan.start - 1 - rng.integers(0, 2900, n_first),
                rng.integers(plan.start, plan.end - 5, n_joiners),
            ]
        )
    )
    hired[:n_first] = np.minimum(hired[:n_first], plan.start - 1)
    heads = {}
    for unit, size in enumerate(org.sizes):
        if size:
            heads[unit] = int(np.flatnonzero(starters == unit)[0])
    left = _leaving(rng, plan, hired, set(heads.values()), n + 2 - plan.people)
    leave_from, leave_to = _leave(rng, plan, hired, left)
    numbers = np.array(keys("", 40_000 + rng.permutation(4 * n)[:n], 5), dtype=object)
    given, family = draw_names(plan.rng("names"), n)
    names = [f"{a} {b}" for a, b in zip(given, family, strict=True)]
    mail_now, mail_then = _mails(rng, given, family)
    numbers[~np.isin(np.arange(n), list(heads.values())) & flags(rng, n, 0.015)] = None
    return People(
        keys("1", range(1, n + 1), 6),
        home,
        quota(rng, n, _WHERE),
        hired,
        left,
        leave_from,
        leave_to,
        numbers,
        names,
        mail_now,
        mail_then,
        heads,
    )


def _leaving(
    rng: np.random.Generator, plan: Plan, hired: np.ndarray, staying: set[int], n_leavers: int
) -> np.ndarray:
    """Last days of those who leave within the horizon, two months after hiring at least."""
    left = np.full(len(hired), NEVER)
    may = np.array([p for p in np.flatnonzero(hired < plan.end - 65) if p not in staying])
    chosen = rng.choice(may, min(max(n_leavers, 3), len(may)), replace=False)
    earliest = np.maximum(hired[chosen] + 60, plan.start + 5)
    left[chosen] = to_working_day(rng.integers(earliest, plan.end - 1))
    return left


def _leave(
    rng: np.random.Generator, plan: Plan, hired: np.ndarray, left: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Long leaves: some end, some are open, some began before the horizon."""
    n = len(hired)
    leave_from, leave_to = np.full(n, NEVER), np.full(n, NEVER)
    away = np.flatnonzero(flags(rng, n, 0.07) & (left == NEVER) & (hired < plan.end - 60))
    earliest = np.maximum(hired[away] + 20, plan.start - 60)
    leave_from[away] = rng.integers(earliest, plan.end - 10)
    ends = quota(rng, len(away), {True: 0.7, False: 0.3}).astype(bool)
    leave_to[away[ends]] = leave_from[away[ends]] + rng.integers(20, 200, ends.sum())
    return leave_from, leave_to


def _mails(
    rng: np.random.Generator, given: list[str], family: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """E-mails as HR shows them now, and as older systems may still hold them."""
    n = len(given)
    base = [
        f"{plain(a)}.{plain(b)}{number}"
        for number, (a, b) in enumerate(zip(given, family, strict=True), 1)
    ]
    now = np.array([f"{name}@{_MAIL}" for name in base], dtype=object)
    then = now.copy()
    renamed = np.flatnonzero(flags(rng, n, 0.07))
    then[renamed] = [f"{base[person]}@{_FORMER_MAIL}" for person in renamed]
    hidden = np.flatnonzero(flags(rng, n, 0.01))
    shared = rng.choice(np.setdiff1d(np.arange(n), hidden), 2, replace=False)
    now[hidden] = None
    now[shared] = then[shared] = f"frontdesk@{_MAIL}"
    return now, then


def people_table(plan: Plan, people: People) -> pl.DataFrame:
    """The people as HR knows them over the horizon."""
    rng = plan.rng("people-table")
    kinds = quota(
        rng, len(people), {"permanent": 0.82, "fixed term": 0.1, "student": 0.05, None: 0.03}
    )
    return table(
        "people",
        {
            "person": people.keys,
            "employee_number": people.numbers,
            "full_name": people.names,
            "email_now": people.mail_now,
            "email_then": people.mail_then,
            "location": people.place,
            "employment_type": kinds,
            "hired_on": dates(people.hired),
            "left_on": dates(people.left),
            "leave_from": dates(people.leave_from),
            "leave_to": dates(people.leave_to),
        },
    )


def locations_table() -> pl.DataFrame:
    """The declared places of work."""
    return table(
        "locations",
        {
            "location": list(PLACES),
            "country": [country for country, _, _ in PLACES.values()],
            "subdivision": [region for _, region, _ in PLACES.values()],
            "time_zone": [zone for _, _, zone in PLACES.values()],
        },
    )
