"""The work below the initiatives: stories, tasks, bugs and sub-tasks, and who does them when.

Belongs here: each piece of work with its worker, unit, days, and place in the tracker's tree.
Does not belong here: its changes of status and assignee (`histories`), time spent (`worklogs`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sandbox.accounts import Workers
from sandbox.draw import DAY, NEVER, Plan, flags, quota, to_working_day, utc_seconds
from sandbox.initiatives import ORPHANS
from sandbox.linking import UNATTRACTIVE, Initiative
from sandbox.orgtree import Org, late_adopters

PER_YEAR: Final = 17
"""Pieces of work that a person takes up in a year."""

BIG_ORPHAN_STORIES: Final = 8
"""Stories below the big orphan; they are followed by the one of the small orphan."""

_PATHS: Final = {
    "long": 0.42,
    "short": 0.21,
    "direct": 0.08,
    "reopened": 0.05,
    "paused": 0.06,
    "dropped": 0.04,
    "undone": 0.04,
    "untouched": 0.03,
    "instant": 0.04,
    "born doing": 0.03,
}
"""Ways through the statuses; see `histories`."""


@dataclass
class Work:
    """All work below initiatives, as parallel arrays, ordered by worker and start."""

    worker: np.ndarray
    unit: np.ndarray
    start: np.ndarray
    end: np.ndarray
    """Day of the end; `NEVER` for what is not finished."""
    created: np.ndarray
    path: np.ndarray
    kind: np.ndarray
    initiative: np.ndarray
    """Number of the initiative that it was made for; -1 for none."""
    parent: np.ndarray
    """Number of the piece of work above; -1 where it hangs on the initiative, if any."""

    def __len__(self) -> int:
        return len(self.worker)


def take_up(plan: Plan, org: Org, workers: Workers, initiatives: list[Initiative]) -> Work:
    """Everybody's work over the horizon, in steady succession."""
    rng = plan.rng("items")
    worker, start = _starts(rng, plan, workers)
    unit = workers.unit_on(worker, start)
    adopters, few, all_of_them = late_adopters(plan, org)
    waits = (start < few) | ((start < all_of_them) & (worker % 5 > 0))
    kept = ~(np.isin(unit, list(adopters)) & waits)
    worker, start, unit = worker[kept], start[kept], unit[kept]
    n = len(worker)
    path = quota(rng, n, _PATHS)
    length = np.ceil(rng.gamma(2.0, 9.0, n)).astype(int) + (rng.random(n) < 0.05) * 90
    end = np.where(np.isin(path, ["undone", "untouched"]), NEVER, to_working_day(start + length))
    initiative = _initiatives_for(rng, unit, start, initiatives)
    created = _created(rng, plan, workers, worker, start, initiative, initiatives)
    kind = quota(rng, n, {"Story": 0.62, "Task": 0.17, "Bug": 0.14, "Sub-task": 0.07})
    work = Work(worker, unit, start, end, created, path, kind, initiative, np.full(n, -1))
    _put_below(work)
    _plant_orphans(plan, initiatives, work)
    return work


def _starts(
    rng: np.random.Generator, plan: Plan, workers: Workers
) -> tuple[np.ndarray, np.ndarray]:
    """Worker and first day of each piece, evenly spread over each worker's time with jitter."""
    length = np.maximum(workers.last - workers.first, 0)
    count = rng.poisson(length / 365.25 * PER_YEAR) + (length > 20)
    worker = np.repeat(np.arange(len(workers)), count)
    place = np.arange(len(worker)) - np.repeat(np.cumsum(count) - count, count)
    share = (place + rng.random(len(worker)) * (place > 0)) / count[worker]
    start = to_working_day(workers.first[worker] + (share * length[worker]).astype(int))
    start = np.minimum(start, plan.end)
    order = np.lexsort((start, worker))
    return worker[order], start[order]


def _initiatives_for(
    rng: np.random.Generator, unit: np.ndarray, start: np.ndarray, initiatives: list[Initiative]
) -> np.ndarray:
    """An epic that runs in the unit that day; one in ten of another unit, one in eight none."""
    n = len(unit)
    ask = np.where(rng.random(n) < 0.1, rng.permutation(unit), unit)
    without = flags(rng, n, 0.12)
    found, chance = np.full(n, -1), rng.random(n)
    first = np.array([initiative.first for initiative in initiatives])
    last = np.array([initiative.last for initiative in initiatives])
    home = np.array([i.unit if i.kind == "Epic" else -1 for i in initiatives])
    pull = np.array([0.3 if i.way in UNATTRACTIVE else 1.0 for i in initiatives])
    for this in np.unique(ask):
        epics = np.flatnonzero(home == this)
        rows = np.flatnonzero((ask == this) & ~without)
        if not len(epics) or not len(rows):
            continue
        running = (first[epics] <= start[rows, None]) & (start[rows, None] <= last[epics])
        reached = np.cumsum(running * pull[epics], axis=1)
        chosen = np.argmax(reached > (chance[rows] * reached[:, -1])[:, None], axis=1)
        found[rows] = np.where(running.any(axis=1), epics[chosen], -1)
    return found


def _created(
    rng: np.random.Generator,
    plan: Plan,
    workers: Workers,
    worker: np.ndarray,
    start: np.ndarray,
    initiative: np.ndarray,
    initiatives: list[Initiative],
) -> np.ndarray:
    """Instants of creation: before the start, after the account and the initiative exist."""
    n = len(worker)
    day = np.maximum(start - rng.exponential(8, n).astype(int), plan.start)
    local = rng.integers(7 * 3600, 9 * 3600, n)
    at = utc_seconds(day, local, workers.zones[worker])
    least = np.maximum((workers.opened[worker] + 1) * DAY, plan.start * DAY + 60)
    above = np.array([i.created for i in initiatives])[initiative]
    return np.maximum(at, np.where(initiative >= 0, np.maximum(least, above + 600), least))


def _put_below(work: Work) -> None:
    """Hang each sub-task below the same worker's piece before it, where that is in its unit."""
    for number in np.flatnonzero(work.kind == "Sub-task"):
        above = number - 1
        fits = (
            number
            and work.worker[above] == work.worker[number]
            and work.unit[above] == work.unit[number]
            and work.kind[above] != "Sub-task"
        )
        if not fits:
            work.kind[number] = "Task"
            continue
        work.parent[number] = above
        work.initiative[number] = work.initiative[above]
        work.created[number] = max(work.created[number], work.created[above] + 300)


def _plant_orphans(plan: Plan, initiatives: list[Initiative], work: Work) -> None:
    """Append the stories of the two orphans; nobody is assigned, so only worklogs count there."""
    numbers = [len(initiatives) - len(ORPHANS)] * BIG_ORPHAN_STORIES + [len(initiatives) - 1]
    n, created = len(numbers), (plan.end - 105) * DAY + 9 * 3600

    def more(old: np.ndarray, new: object) -> np.ndarray:
        return np.concatenate([old, np.full(n, new, dtype=old.dtype)])

    work.worker, work.unit = more(work.worker, -1), more(work.unit, -1)
    work.start, work.end = more(work.start, NEVER), more(work.end, NEVER)
    work.created, work.path = more(work.created, created), more(work.path, "untouched")
    work.kind, work.parent = more(work.kind, "Story"), more(work.parent, -1)
    work.initiative = np.concatenate([work.initiative, numbers])
