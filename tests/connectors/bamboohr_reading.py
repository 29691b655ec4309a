"""Reading the sample company's BambooHR, for the tests of its connector.

Belongs here: the sample's options, a read, what the world says. Does not belong here: tests.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import polars as pl

from connectors.hr.bamboohr import BambooHR
from connectors.hr.bamboohr_settings import BambooHRSettings
from connectors.http import Patience
from sandbox import bamboohr_payloads, company, observe
from sandbox.bamboohr_faults import Fault, Manners, Trouble
from sandbox.bamboohr_server import Bamboo
from sandbox.bamboohr_site import Site
from sandbox.world import World, end_of

KEY = "sample-key-7c1f"
FRAMES = ("people", "assignments", "org_units")
_KEYS = {"org_units": ["org_unit_key", "effective_from"]}


@cache
def world() -> World:
    """A company that has every case: two re-organisations, second seats, gaps, namesakes."""
    return company.generate(seed=1, people=240, months=15)


def last_night() -> dt.datetime:
    """The end of the company's last day."""
    return end_of(world().end)


def bamboo(*faults: Fault, at: Site | None = None, **manners: Any) -> Bamboo:
    """The stand-in, by default at the last night, with no fault but those given."""
    site = at or Site(world(), last_night())
    return Bamboo(site, Manners(KEY, **manners), Trouble(faults))


def connector(url: str, waits: list[float] | None = None, **options: Any) -> BambooHR:
    """The connector with the sample's mapping; waits are noted, not slept."""
    mapping = bamboohr_payloads.MAPPING | options.pop("mapping", {})
    values = {"company": "sample", "api_key": KEY, "url": url, "mapping": mapping} | options
    noted = [] if waits is None else waits
    settings = BambooHRSettings.model_validate(values)
    return BambooHR("hr", settings, Patience(sleep=noted.append))


def comparable(frame: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The frame's own columns in the order of keys; seats of the second table by their number."""
    names = observe.hr(world(), last_night())[frame].columns
    rows = rows.select(names)
    if frame == "assignments":
        rows = rows.with_columns(pl.col("assignment_key").str.split(":").list.last())
    return rows.sort(_KEYS.get(frame, names[0]))


def expected(frame: str, as_of: dt.datetime | None = None) -> pl.DataFrame:
    """What the world's HR shows; two seats in a row that are alike are one, as on the page."""
    rows = observe.hr(world(), as_of or last_night())[frame]
    return comparable(frame, alike_joined(rows) if frame == "assignments" else rows)


def alike_joined(seats: pl.DataFrame) -> pl.DataFrame:
    """Seats of one person that follow each other and say the same, joined under the first key."""
    said = [
        c for c in seats.columns if c not in ("assignment_key", "effective_from", "effective_to")
    ]
    seats = seats.sort("person_key", "effective_from", "assignment_key")
    before = pl.col("effective_to").shift().over("person_key") + pl.duration(days=1)
    same = [pl.col(c).eq_missing(pl.col(c).shift().over("person_key")) for c in said]
    follows = pl.all_horizontal((before == pl.col("effective_from")).fill_null(value=False), *same)
    return (
        seats.with_columns(_stretch=(~follows).cum_sum())
        .group_by("_stretch", maintain_order=True)
        .agg(pl.all().exclude("effective_to").first(), pl.col("effective_to").last())
        .select(seats.columns)
    )
