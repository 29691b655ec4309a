"""Time that people of the sample company write down on their work.

Belongs here: who logs on which day, how much, on what, and when they enter it. Does not belong
here: which work there is (`items`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import holidays
import numpy as np

from sandbox.accounts import Workers
from sandbox.draw import DAY, NEVER, Plan, date_of, day_of, flags, quota, utc_seconds, weekday
from sandbox.items import BIG_ORPHAN_STORIES, Work
from sandbox.linking import Initiative
from sandbox.orgtree import Org
from sandbox.people import PLACES

BIG_ORPHAN_DAYS: Final = 340
SMALL_ORPHAN_DAYS: Final = 3


@dataclass
class Logs:
    """Worklogs as parallel arrays; `item` counts initiatives first, then work."""

    worker: np.ndarray
    day: np.ndarray
    item: np.ndarray
    at: np.ndarray
    seconds: np.ndarray
    entered: np.ndarray


def log_time(
    plan: Plan, org: Org, workers: Workers, initiatives: list[Initiative], work: Work
) -> Logs:
    """All worklogs of the horizon, those planted for the two orphans among them."""
    rng = plan.rng("worklogs")
    worker, day = _who_logs_when(rng, plan, org, workers)
    more = flags(rng, len(worker), 0.1)
    second = np.concatenate([np.zeros(len(worker), dtype=bool), np.ones(more.sum(), dtype=bool)])
    worker, day = np.concatenate([worker, worker[more]]), np.concatenate([day, day[more]])
    item = _on_what(rng, initiatives, work, worker, day)
    known = item >= 0
    worker, day, item, second = worker[known], day[known], item[known], second[known]
    created = np.concatenate([[i.created for i in initiatives], work.created])[item]
    n = len(worker)
    late = flags(rng, n, 0.03)
    clock = np.where(
        second, rng.integers(13 * 3600, 16 * 3600, n), rng.integers(7 * 3600, 11 * 3600, n)
    )
    night = np.where(rng.random(n) < 0.5, rng.integers(22 * 3600, DAY, n), rng.integers(0, 3600, n))
    at = utc_seconds(day, np.where(late, night, clock) // 60 * 60, workers.zones[worker])
    at = np.maximum(at, created + 300)
    seconds = _how_long(rng, workers, worker, second)
    entered = _entered(rng, at, seconds)
    kept = (entered < (plan.end + 1) * DAY) & (at >= plan.start * DAY)
    logs = Logs(*(column[kept] for column in (worker, day, item, at, seconds, entered)))
    _feed_orphans(plan, workers, len(initiatives), work, logs)
    return logs


def _who_logs_when(
    rng: np.random.Generator, plan: Plan, org: Org, workers: Workers
) -> tuple[np.ndarray, np.ndarray]:
    """Worker and day of the logs: some units never log, some rarely, a few people on Sundays."""
    days = np.arange(plan.start, plan.end + 1)
    habit = quota(rng, len(org), {"log": 0.8, "rare": 0.08, "never": 0.12})
    habit[np.argmax(org.sizes)] = "log"
    worker, day = (
        grid.ravel() for grid in np.meshgrid(np.arange(len(workers)), days, indexing="ij")
    )
    people = workers.people
    inside = (workers.first[worker] <= day) & (day <= workers.last[worker])
    on_leave = np.zeros((len(workers), len(days)), dtype=bool)
    leave_to = np.where(people.leave_from < NEVER, people.leave_to, 0)
    on_leave[: len(people)] = (people.leave_from[:, None] <= days) & (days <= leave_to[:, None])
    inside &= ~on_leave.ravel()
    diligence = rng.beta(9, 2.2, len(workers))[worker]
    weekender = flags(rng, len(workers), 0.04)[worker]
    workday = ~_free(plan, workers, days).ravel()
    chance = np.where(workday, diligence, np.where(weekender, 0.2, 0.004))
    chance *= inside
    rows = np.flatnonzero(rng.random(len(chance)) < chance)
    of_unit = habit[workers.unit_on(worker[rows], day[rows])]
    share = np.select([of_unit == "log", of_unit == "rare"], [1.0, 0.2], 0.0)
    rows = rows[rng.random(len(rows)) < share]
    return worker[rows], day[rows]


def _free(plan: Plan, workers: Workers, days: np.ndarray) -> np.ndarray:
    """Weekends and public holidays, by worker and day."""
    years = range(date_of(plan.start).year, date_of(plan.end).year + 1)
    places = np.concatenate(
        [workers.people.place, np.full(len(workers) - len(workers.people), None)]
    )
    free = np.tile(weekday(days) >= 5, (len(workers), 1))
    for place, (country, region, _) in PLACES.items():
        off = holidays.country_holidays(country, subdiv=region, years=years)
        numbers = [day_of(day) for day in off if isinstance(day, dt.date)]
        free[places == place] |= np.isin(days, numbers)
    return free


def _on_what(
    rng: np.random.Generator,
    initiatives: list[Initiative],
    work: Work,
    worker: np.ndarray,
    day: np.ndarray,
) -> np.ndarray:
    """The piece begun last or one or two before it; sometimes the epic itself; -1 for none."""
    usable = np.flatnonzero((work.path != "untouched") & (work.worker >= 0))
    order = work.worker[usable] * NEVER + work.start[usable]
    back = rng.choice([0, 1, 2], len(worker), p=[0.62, 0.28, 0.1])
    place = np.searchsorted(order, worker * NEVER + day, "right") - 1
    least = np.searchsorted(order, worker * NEVER, "left")
    chosen = np.where(place >= least, np.maximum(place - back, least), -1)
    found = usable[np.maximum(chosen, 0)]
    epic = work.initiative[found]
    on_epic = (rng.random(len(worker)) < 0.03) & (epic >= 0)
    item = np.where(on_epic, epic, found + len(initiatives))
    return np.where(chosen >= 0, item, -1)


def _how_long(
    rng: np.random.Generator, workers: Workers, worker: np.ndarray, second: np.ndarray
) -> np.ndarray:
    """Seconds in quarter hours; about a working day, more for those who write down too much."""
    over = np.where(flags(rng, len(workers), 0.05), 1.35, 1.0)[worker]
    hours = 8 * workers.fte[worker] * over * rng.uniform(0.78, 1.05, len(worker))
    hours *= np.where(second, 0.3, 1.0)
    return np.maximum(np.round(hours * 4), 1).astype(np.int64) * 900


def _entered(rng: np.random.Generator, at: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """When the log appears: mostly the same day, for one in five days later."""
    n = len(at)
    soon = at + np.minimum(seconds, 9 * 3600) // 2 + rng.integers(60, 3 * 3600, n)
    return np.where(rng.random(n) < 0.2, soon + rng.integers(1, 12, n) * DAY, soon)


def _feed_orphans(plan: Plan, workers: Workers, n_above: int, work: Work, logs: Logs) -> None:
    """Turn logs of the last 90 days of the busiest people to the stories of the two orphans.

    Counted in person-days, a day at most the person's full-time share.
    """
    first_story = n_above + len(work) - 1 - BIG_ORPHAN_STORIES
    _, first, person_day, times = np.unique(
        logs.worker * NEVER + logs.day, return_index=True, return_inverse=True, return_counts=True
    )
    hours = logs.seconds / 3600
    spent = np.bincount(person_day, hours)[person_day]
    days = hours / 8 * np.minimum(1, workers.fte[logs.worker] * 8 / spent)
    recent = np.flatnonzero((logs.day > plan.end - 88) & (logs.worker < len(workers.people)))
    total = np.bincount(logs.worker[recent], days[recent], len(workers))
    budget = min(BIG_ORPHAN_DAYS, 0.15 * total.sum())
    for place, worker in enumerate(np.argsort(-total, kind="stable")):
        own = recent[logs.worker[recent] == worker]
        taken = own[np.cumsum(days[own]) <= budget]
        logs.item[taken] = first_story + place % BIG_ORPHAN_STORIES
        budget -= days[taken].sum()
        if len(taken) < len(own):
            break
    alone = np.intersect1d(first[times == 1], recent)
    whole = alone[(workers.fte[logs.worker[alone]] == 1) & (logs.item[alone] < first_story)]
    small = whole[:SMALL_ORPHAN_DAYS]
    logs.item[small] = n_above + len(work) - 1
    logs.seconds[small] = 8 * 3600
