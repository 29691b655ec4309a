"""The tracker's tables of the world, made from the work that was drawn.

Belongs here: keys and names of items, rows of items, changes, links and worklogs. Does not belong
here: what happens in the tracker (`initiatives`, `items`, `histories`, `worklogs`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sandbox.accounts import Workers
from sandbox.draw import DAY, NEVER, NEVER_AT, Plan, dates, instants, keys, quota, table
from sandbox.goalbook import GoalBook
from sandbox.histories import Changes, Opening
from sandbox.items import Work
from sandbox.linking import Initiative
from sandbox.orgtree import ROOT, Org
from sandbox.words import THINGS, WORK
from sandbox.worklogs import Logs


@dataclass
class Names:
    """Key, human name and project of every item, by item number."""

    keys: np.ndarray
    names: np.ndarray
    projects: np.ndarray


def name_items(org: Org, initiatives: list[Initiative], work: Work) -> Names:
    """Number the items in the order of their creation, over all and within their project."""
    units = np.concatenate([[i.unit for i in initiatives], work.unit])
    created = np.concatenate([[i.created for i in initiatives], work.created])
    project_of = np.array(projects_of(org), dtype=object)
    projects = project_of[np.maximum(units, ROOT)]
    order = np.argsort(created, kind="stable")
    rank = np.empty(len(order), dtype=int)
    rank[order] = np.arange(len(order))
    names = np.empty(len(order), dtype=object)
    for project in sorted(set(projects)):
        own = order[projects[order] == project]
        names[own] = [f"{project}-{number}" for number in range(1, len(own) + 1)]
    return Names(np.array(keys("", 10_001 + rank, 5), dtype=object), names, projects)


def projects_of(org: Org) -> list[str]:
    """The project of each unit: that of its division."""
    found, parents = [], org.parents
    for number in range(len(org)):
        unit = number
        while unit != ROOT and parents[unit] != ROOT:
            unit = parents[unit]
        letters = org.names[unit].upper().replace(" ", "")
        found.append("CORP" if unit == ROOT else f"{letters[:3]}{letters[-1]}")
    return found


def items_table(
    plan: Plan,
    org: Org,
    workers: Workers,
    initiatives: list[Initiative],
    work: Work,
    opening: Opening,
    names: Names,
) -> pl.DataFrame:
    """All items as they are created."""
    rng, n_above, total = plan.rng("items-table"), len(initiatives), len(names.keys)
    above = np.where(work.parent >= 0, work.parent + n_above, work.initiative)
    parents = np.concatenate([[-1 if i.parent is None else i.parent for i in initiatives], above])
    created = np.concatenate([[i.created for i in initiatives], work.created])
    titles = [
        f"{a} {b}"
        for a, b in zip(rng.choice(WORK, len(work)), rng.choice(THINGS, len(work)), strict=True)
    ]
    begin = np.concatenate([[i.first for i in initiatives], work.start])
    said = (rng.random(total) < 0.25) | np.concatenate(
        [np.ones(n_above, dtype=bool), work.path == "direct"]
    )
    finish = np.concatenate([[i.last for i in initiatives], work.start + 21])
    points = quota(rng, len(work), {1.0: 0.2, 2.0: 0.2, 3.0: 0.2, 5.0: 0.15, 8.0: 0.05, None: 0.2})
    return table(
        "items",
        {
            "item": names.keys,
            "name": names.names,
            "project": names.projects,
            "parent": [None if p < 0 else names.keys[p] for p in parents],
            "is_initiative": np.arange(total) < n_above,
            "type": [i.kind for i in initiatives] + work.kind.tolist(),
            "title": [i.title for i in initiatives] + titles,
            "created_at": instants(created),
            "reporter": _reporters(rng, org, workers, initiatives, work, opening),
            "first_status": opening.status,
            "first_assignee": opening.assignee,
            "first_goals": opening.goals,
            "started_on": dates(np.where(said, begin, NEVER)),
            "due_on": dates(np.where(rng.random(total) < 0.45, np.minimum(finish, NEVER), NEVER)),
            "points": [None] * n_above + points.tolist(),
            "deleted_at": instants(np.full(total, NEVER_AT)),
        },
    )


def _reporters(
    rng: np.random.Generator,
    org: Org,
    workers: Workers,
    initiatives: list[Initiative],
    work: Work,
    opening: Opening,
) -> np.ndarray:
    """The head of the unit, else the one who does the work."""
    heads = workers.people.heads
    root = heads[ROOT]
    by_unit = np.array([heads.get(unit, root) for unit in range(len(org))])
    units = np.concatenate([[i.unit for i in initiatives], work.unit])
    found = np.array(workers.keys, dtype=object)[by_unit[np.maximum(units, ROOT)]]
    own = rng.random(len(found)) < 0.5
    return np.where(own & (opening.assignee != np.array(None)), opening.assignee, found)


def events_table(plan: Plan, changes: Changes, names: Names) -> pl.DataFrame:
    """All changes up to the horizon, numbered in the order in which they happen."""
    item, at, author, name, before, after = (
        np.concatenate(column)
        for column in (
            changes.item,
            changes.at,
            changes.author,
            changes.name,
            changes.before,
            changes.after,
        )
    )
    kept = at.astype(np.int64) < (plan.end + 1) * DAY
    item, at = item[kept].astype(int), at[kept].astype(np.int64)
    order = np.lexsort((item, at))
    return table(
        "item_events",
        {
            "event": np.arange(1, len(order) + 1),
            "item": names.keys[item[order]],
            "at": instants(at[order]),
            "author": author[kept][order],
            "field": name[kept][order],
            "before": before[kept][order],
            "after": after[kept][order],
        },
    )


def links_table(
    plan: Plan, book: GoalBook, initiatives: list[Initiative], names: Names
) -> pl.DataFrame:
    """Links said in the goal system or declared, those within the horizon."""
    horizon = (plan.end + 1) * DAY
    rows = [
        (
            book.key(link.goal),
            names.keys[number],
            NEVER_AT if link.linked is None else link.linked,
            link.unlinked if link.unlinked is not None and link.unlinked < horizon else NEVER_AT,
            link.stated_in,
            link.by_name,
        )
        for number, initiative in enumerate(initiatives)
        for link in initiative.links
        if (link.linked or 0) < horizon
    ]
    goal, item, linked, unlinked, stated, by_name = zip(*rows, strict=True)
    return table(
        "links",
        {
            "goal": goal,
            "item": item,
            "linked_at": instants(linked),
            "unlinked_at": instants(unlinked),
            "stated_in": stated,
            "by_name": by_name,
        },
    )


def worklogs_table(workers: Workers, logs: Logs, names: Names) -> pl.DataFrame:
    """All worklogs, numbered in the order in which they were entered."""
    order = np.lexsort((logs.item, logs.at, logs.entered))
    n = len(order)
    return table(
        "worklogs",
        {
            "worklog": keys("", 20_000_001 + np.arange(n), 8),
            "item": names.keys[logs.item[order]],
            "account": workers.account_on(logs.worker[order], logs.day[order]),
            "started_at": instants(logs.at[order]),
            "seconds": logs.seconds[order],
            "created_at": instants(logs.entered[order]),
            "deleted_at": instants(np.full(n, NEVER_AT)),
        },
    )
