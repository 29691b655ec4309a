"""Tryton in the contract suite: the stand-in of `sandbox.tryton_server`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

import orjson
import polars as pl

from connectors.contract import State
from connectors.hr.tryton import Tryton
from connectors.hr.tryton_settings import TrytonSettings
from connectors.http import Patience
from sandbox import observe
from sandbox.trackerview import tracker
from sandbox.tryton_server import DATABASE, USER, serving
from sandbox.tryton_server import Tryton as Server
from sandbox.tryton_site import MAPPING, Record, Site
from sandbox.world import World
from tests.connectors.harness import Asked, Harness, Served, sample_nights, sample_world

PASSWORD = 'Tr"yt0n\\pass word'.replace(" ", "-")
"""With what JSON writes otherwise: a quote and a backslash."""


def with_deletions(world: World) -> World:
    """Some old childless tasks and some old entries of time vanish between the nights."""
    at = sample_nights()[1] + dt.timedelta(days=1)
    old = pl.col("created_at") < at - dt.timedelta(days=20)
    childless = ~pl.col("item").is_in(world.items["parent"].drop_nulls().implode())
    items = (pl.int_range(pl.len()) % 11 < 3) & old & childless
    logs = (pl.int_range(pl.len()) % 13 == 5) & old
    return replace(
        world,
        items=world.items.with_columns(deleted_at=pl.when(items).then(pl.lit(at))),
        worklogs=world.worklogs.with_columns(deleted_at=pl.when(logs).then(pl.lit(at))),
    )


def settings(url: str, **options: Any) -> TrytonSettings:
    """The options of the sample, `options` before them."""
    values = {"url": url, "database": DATABASE, "user": USER, "password": PASSWORD}
    return TrytonSettings.model_validate(values | {"mapping": MAPPING} | options)


def expected_work(world: World, as_of: dt.datetime, address: str) -> dict[str, pl.DataFrame]:
    """accounts, work_items and worklogs of `canonical_tracker`, as Tryton can hold them.

    An account is an employee; types are project and task; time has a day, not an hour; an item's
    page has the number of its record (here that of the stand-in) in its address.
    """
    frames = observe.canonical_tracker(world, as_of)
    people, cut = observe.hr(world, as_of)["people"], tracker(world, as_of)
    alive = pl.col("deleted_at").is_null() | (pl.col("deleted_at") > as_of)
    items, logs = cut["items"].filter(alive)["item"], cut["worklogs"].filter(alive)["worklog"]
    person = cut["accounts"].select("account", pl.coalesce("person", "account").alias("person"))
    employee = dict(person.iter_rows())
    today = as_of.date()
    staff = people.select(
        pl.col("person_key").alias("account_key"),
        pl.col("work_email").alias("email"),
        "employee_number",
        pl.col("full_name").alias("display_name"),
        (pl.col("left_on").is_null() | (pl.col("left_on") >= today)).alias("is_active"),
    )
    external = cut["accounts"].filter(pl.col("person").is_null())
    others = (
        frames["accounts"]
        .join(external.select(pl.col("account").alias("account_key")), on="account_key")
        .with_columns(employee_number=pl.lit(None, pl.String))
    )
    is_there = pl.col("work_item_key").is_in(items.implode())
    parent = pl.col("parent_key")
    return {
        "accounts": pl.concat([staff, others.select(staff.columns)]),
        "work_items": frames["work_items"]
        .filter(is_there)
        .with_columns(
            pl.when(parent.is_in(items.implode())).then(parent).alias("parent_key"),
            pl.when("is_initiative")
            .then(pl.lit("project"))
            .otherwise(pl.lit("task"))
            .alias("type"),
            pl.col("assignee_key", "reporter_key").replace(employee),
            (f"{address}/model/project.work/" + pl.col("work_item_key")).alias("url"),
        ),
        "worklogs": frames["worklogs"]
        .filter(pl.col("worklog_key").is_in(logs.implode()), is_there)
        .with_columns(
            pl.col("account_key").replace(employee),
            pl.col("started_at").dt.truncate("1d") + pl.duration(hours=12),
        ),
    }


_MODELS = {
    "people": "company.employee",
    "assignments": "personnel.seat",
    "work_items": "project.work",
    "worklogs": "timesheet.line",
}


class _ServedTryton(Served):
    """One stand-in whose site is replaced from night to night."""

    def __init__(self) -> None:
        self._world = with_deletions(sample_world())
        self._nights = iter(sample_nights())
        self._removed: dict[str, list[tuple[str, Record]]] = {}
        self.as_of = next(self._nights)
        self.server = Server(Site(self._world, self.as_of), PASSWORD)

    def next_night(self) -> bool:
        night = next(self._nights, None)
        if night is None:
            return False
        self.server.site, self.as_of = Site(self._world, night), night
        return True

    def removable(self) -> Mapping[str, list[str]]:
        lines = self.server.site.models["timesheet.line"]
        parents = {work["parent"] for work in self.server.site.models["project.work"].values()}
        booked = sorted({line["work"] for line in lines.values()} - parents)
        seats = self.server.site.models["personnel.seat"]
        return {
            "assignments": [str(number) for number in sorted(seats)[:2]],
            "work_items": [str(number) for number in booked[:2]],
            "worklogs": [str(number) for number in sorted(lines)[:2]],
        }

    def remove(self, frame: str, key: str) -> None:
        models, number = self.server.site.models, int(key)
        gone = [(_MODELS[frame], models[_MODELS[frame]].pop(number))]
        if frame == "work_items":
            gone.append(("timesheet.work", models["timesheet.work"].pop(number)))
            lines = [line for line in models["timesheet.line"].values() if line["work"] == number]
            gone += [("timesheet.line", models["timesheet.line"].pop(x["id"])) for x in lines]
        self._removed[key] = gone

    def put_back(self, frame: str, key: str) -> None:
        for model, record in self._removed.pop(key):
            self.server.site.models[model][record["id"]] = record


class TrytonHarness(Harness):
    """Tryton with the sample's module, people and work from one database."""

    system = "tryton"
    secret = PASSWORD
    small_pages: ClassVar[Mapping[str, Any]] = {"page_size": 80}
    wrong_secret: ClassVar[Mapping[str, Any]] = {"password": "another-password"}
    empty_columns: ClassVar[Mapping[str, frozenset[str]]] = {"work_items": frozenset({"labels"})}
    exceptions: ClassVar[Mapping[str, str]] = {
        "test_records_that_are_refused_are_named_and_all_others_read": (
            "Tryton leaves records that a rule hides out of its lists and says nothing of them"
        ),
        "test_a_link_to_another_host_is_never_followed": (
            "an answer holds no links: the next page is asked for by the last id"
        ),
    }

    @contextmanager
    def serving(self) -> Iterator[Served]:
        served = _ServedTryton()
        with serving(served.server) as url:
            served.url = url
            yield served

    def connector(self, url: str, patience: Patience, **options: Any) -> Tryton:
        return Tryton("tryton", settings(url, **options), patience)

    def endpoint(self, asked: Asked) -> str:
        return f"POST {orjson.loads(asked.body)['method']}"

    def rows_in(self, endpoint: str, data: Any) -> list[Any] | None:
        if endpoint.endswith(".search_read") and isinstance(data, dict):
            return data.get("result")
        return None

    def looping(self, asked: Asked, data: Any) -> Any | None:
        body = orjson.loads(asked.body)
        if body["method"].endswith(".search_count"):
            return data | {"result": 100}
        return None

    def soft_error(self, endpoint: str) -> bytes | None:
        return orjson.dumps({"id": 1, "error": ["UserError", ["It is too late.", "", None]]})

    def bad_states(self, state: State) -> Iterable[tuple[str, State]]:
        yield from super().bad_states(state)
        later = dict.fromkeys(state["since"], "2199-01-01T00:00:00+00:00")
        yield "a later night's", state | {"since": later}
        yield "a mark that is no instant", state | {"since": dict.fromkeys(state["since"], 7)}
        yield "a mark without a zone", state | {"since": {"worklogs": "2026-01-01T00:00:00"}}


HARNESS = TrytonHarness()
