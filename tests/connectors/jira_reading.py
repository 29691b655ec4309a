"""Reading the stand-in Jira in tests: one sample world, and what a read becomes at the edge."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl

from connectors.contract import Page, PullResult, State
from connectors.edge import conform
from connectors.http import Patience
from connectors.tracking.jira_cloud import JiraCloud
from connectors.tracking.jira_cloud_settings import JiraCloudSettings
from sandbox import company
from sandbox.jira_faults import Fault, Manners, Trouble
from sandbox.jira_server import Jira
from sandbox.jira_site import Site
from sandbox.observe import canonical_tracker
from sandbox.world import World, end_of

EMAIL, TOKEN = "reader@sample.example", "canary-token-1c9f"
MAPPING: dict[str, Any] = {
    "initiative_types": ("Epic", "Theme"),
    "goal_fields": ("customfield_10200",),
    "goal_source": "goals",
    "points_field": "customfield_10016",
    "start_field": "customfield_10015",
    "employee_number_property": "employeeNumber",
}
"""What the stand-in's site needs."""


@cache
def world() -> World:
    return company.generate(seed=5, people=40, months=3)


def last_night() -> dt.datetime:
    return end_of(world().end)


def site(as_of: dt.datetime | None = None, of: World | None = None, **more: Any) -> Site:
    return Site(of or world(), as_of or last_night(), **more)


def jira(*faults: Fault, at: Site | None = None, **manners: Any) -> Jira:
    return Jira(at or site(), Manners(EMAIL, TOKEN, **manners), Trouble(faults))


def connector(url: str, sleep: Any = None, **options: Any) -> JiraCloud:
    """The connector of `url`; waits are written down by `sleep`, not slept."""
    mapping = MAPPING | options.pop("mapping", {})
    values = {"url": url, "email": EMAIL, "token": TOKEN, "mapping": mapping} | options
    patience = Patience(read_seconds=10, sleep=sleep or (lambda _: None))
    return JiraCloud("jira", JiraCloudSettings.model_validate(values), patience)


@dataclass
class Read:
    """One pull, mapped and checked: rows by frame, and what was set aside."""

    pages: list[Page]
    result: PullResult
    rows: dict[str, pl.DataFrame] = field(default_factory=dict)
    quarantine: list[dict[str, Any]] = field(default_factory=list)
    duplicates: int = 0


def pulled(source: JiraCloud, state: State | None = None) -> tuple[list[Page], PullResult]:
    pages: list[Page] = []
    reading = source.pull(state or {}, last_night())
    while True:
        try:
            pages.append(next(reading))
        except StopIteration as end:
            return pages, end.value


def read(source: JiraCloud, state: State | None = None) -> Read:
    done = Read(*pulled(source, state))
    parts: dict[str, list[pl.DataFrame]] = {}
    for frame, mapped in source.map(enumerate(done.pages)):
        good = conform(frame, "jira", mapped)
        assert good.unknown == {}
        assert good.n_pulled == len(good.rows) + len(good.quarantine) + good.n_duplicate
        done.quarantine += good.quarantine.to_dicts()
        done.duplicates += good.n_duplicate
        parts.setdefault(frame, []).append(good.rows)
    done.rows = {frame: pl.concat(found) for frame, found in parts.items()}
    return done


COMPARED = {
    "accounts": ["account_key"],
    "work_items": ["work_item_key"],
    "work_item_changes": ["change_key"],
    "worklogs": ["worklog_key"],
}
"""Frames and their keys."""


def comparable(frame: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Without what the world does not say in Jira's way: labels, the site's address, and the
    number of a change within its history."""
    if frame == "work_items":
        rows = rows.with_columns(pl.col("url").str.split("/").list.last()).drop("labels")
    if frame == "work_item_changes":
        rows = rows.with_columns(pl.col("change_key").str.split("-").list.first())
    own = [
        name
        for name in rows.columns
        if name not in ("source", "extra", "page", "line", "record_key", "version", "row_hash")
    ]
    return rows.select(sorted(own)).sort(COMPARED[frame])


def expected(frame: str, as_of: dt.datetime | None = None, of: World | None = None) -> pl.DataFrame:
    """What the world says, of what is not deleted."""
    world_now, at = of or world(), as_of or last_night()
    rows = canonical_tracker(world_now, at)[frame]
    gone = world_now.items.filter(pl.col("deleted_at") <= at)["item"]
    if "work_item_key" in rows.columns:
        rows = rows.filter(~pl.col("work_item_key").is_in(gone.implode()))
    if frame == "worklogs":
        lost = world_now.worklogs.filter(pl.col("deleted_at") <= at)["worklog"]
        rows = rows.filter(~pl.col("worklog_key").is_in(lost.implode()))
    return comparable(frame, rows)
