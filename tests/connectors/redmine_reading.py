"""Reading the stand-in Redmine in tests: the sample world, and what a read becomes at the edge."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl

from connectors.http import Patience
from connectors.tracking.redmine import Redmine as Connector
from connectors.tracking.redmine_settings import RedmineSettings
from sandbox.redmine_server import Manners, Redmine
from sandbox.redmine_site import GOALS, NUMBER, POINTS, Site
from sandbox.redmine_view import PLACEHOLDER_HOST, canonical
from sandbox.world import World, end_of
from tests.connectors.contract_reading import Found, read
from tests.connectors.harness import sample_nights, sample_world

KEY, GUEST_KEY = "canary-key-8d21", "canary-guest-77af"
MAPPING: dict[str, Any] = {
    "initiative_trackers": ("Epic", "Theme"),
    "goal_fields": (GOALS,),
    "goal_source": "goals",
    "points_field": POINTS,
    "employee_number_field": NUMBER,
    "placeholder_mail_hosts": (PLACEHOLDER_HOST,),
    "status_categories": {"Selected": "todo"},
}
"""What the sample company's Redmine needs."""
KEYS = {
    "accounts": ["account_key"],
    "work_items": ["work_item_key"],
    "work_item_changes": ["change_key"],
    "worklogs": ["worklog_key"],
    "key_sweeps": ["frame", "key"],
}
"""Frames and their keys."""


def last_night() -> dt.datetime:
    return sample_nights()[-1]


def redmine(as_of: dt.datetime | None = None, of: World | None = None, **manners: Any) -> Redmine:
    site = Site(of or sample_world(), as_of or last_night())
    return Redmine(site, Manners(KEY, GUEST_KEY, **manners))


def connector(url: str, patience: Patience | None = None, **options: Any) -> Connector:
    """The connector of `url`; `options` win over the defaults, `mapping` over the sample's."""
    mapping = MAPPING | options.pop("mapping", {})
    values = {"url": url, "api_key": KEY, "mapping": mapping} | options
    patience = patience or Patience(read_seconds=10, sleep=lambda _: None)
    return Connector("redmine", RedmineSettings.model_validate(values), patience)


def found(url: str, state: Any = None, as_of: dt.datetime | None = None, **options: Any) -> Found:
    return read(connector(url, **options), state or {}, as_of or last_night())


def own(frame: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The frame's own columns, sorted by its key, without the site's address."""
    if frame == "work_items":
        rows = rows.with_columns(pl.col("url").str.extract(r"(/issues/\d+)$"))
    given = expected(frame).columns
    return rows.select(given).sort(KEYS[frame])


def expected(frame: str, as_of: dt.datetime | None = None, of: World | None = None) -> pl.DataFrame:
    """What the world says, as far as Redmine can carry it."""
    rows = canonical(of or sample_world(), as_of or last_night())[frame]
    return rows.sort(KEYS[frame])


def with_deletions(world: World) -> World:
    """Some old childless items and some old worklogs vanish between the first two nights."""
    at = sample_nights()[1] - dt.timedelta(days=1)
    old = pl.col("created_at") < at - dt.timedelta(days=20)
    childless = ~pl.col("item").is_in(world.items["parent"].drop_nulls().implode())
    items = (pl.int_range(pl.len()) % 11 < 3) & old & childless
    logs = (pl.int_range(pl.len()) % 13 == 5) & old
    return replace(
        world,
        items=world.items.with_columns(deleted_at=pl.when(items).then(pl.lit(at))),
        worklogs=world.worklogs.with_columns(deleted_at=pl.when(logs).then(pl.lit(at))),
    )


def with_reopened(world: World) -> World:
    """Three finished items are taken up again an hour before the end."""
    at = end_of(world.end).replace(microsecond=0) - dt.timedelta(hours=1)
    status = world.item_events.filter(pl.col("field") == "status").sort("at", "event")
    done = status.unique("item", keep="last", maintain_order=True)
    taken = done.filter(pl.col("after") == "Done").head(3)
    number = int(world.item_events["event"].max())  # type: ignore[arg-type]
    again = taken.with_columns(
        at=pl.lit(at).dt.cast_time_unit("us"),
        event=pl.int_range(number + 1, number + 4, dtype=pl.Int64),
        before="after",
        after=pl.lit("In Progress"),
    )
    return replace(world, item_events=pl.concat([world.item_events, again.select(status.columns)]))
