"""Reading the stand-in Qualtrics in tests: one sample world, and what a read becomes."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import polars as pl

from connectors.contract import Finding, State
from connectors.edge import conform
from connectors.frames import key_columns
from connectors.http import Patience
from connectors.survey.qualtrics import Qualtrics as Connector
from connectors.survey.qualtrics_settings import QualtricsSettings
from sandbox import company
from sandbox.qualtrics_faults import Fault, Trouble
from sandbox.qualtrics_questionnaire import AGE, DONT_KNOW
from sandbox.qualtrics_server import Qualtrics, serving
from sandbox.qualtrics_site import UNIT, Site
from sandbox.surveyview import surveys
from sandbox.world import World, end_of
from tests.connectors.contract_reading import Found, read

TOKEN = "canary-token-7d2e"
NAME = "surveys"


@cache
def world() -> World:
    return company.generate(seed=5, people=40, months=3)


def last_night() -> dt.datetime:
    return end_of(world().end)


def mapping() -> dict[str, Any]:
    """What the company's questionnaire needs: constructs are the codes without their number."""
    codes = world().survey_questions
    return {
        "series": {"Work and goals, *": "work-and-goals"},
        "person_field": "ExternalReference",
        "unit_field": UNIT,
        "constructs": dict(codes.select("construct", pl.col("construct").alias("to")).rows()),
        "reversed": sorted(set(codes.filter("is_reversed")["question"])),
        "dont_know": [DONT_KNOW],
        "ignored": [AGE],
    }


def account(*faults: Fault, at: dt.datetime | None = None, page_limit: int = 7) -> Qualtrics:
    """The stand-in at an instant, with pages so small that every list has several."""
    site = Site(world(), at or last_night())
    return Qualtrics(site, TOKEN, Trouble(faults), page_limit)


def connector(url: str, sleep: Any = None, tries: int = 5, **options: Any) -> Connector:
    """The connector of `url`; waits are written down by `sleep`, not slept."""
    own = mapping() | options.pop("mapping", {})
    values = {"url": url, "token": TOKEN, "surveys": ["Work and goals*"], "mapping": own} | options
    patience = Patience(read_seconds=10, tries=tries, sleep=sleep or (lambda _: None))
    return Connector(NAME, QualtricsSettings.model_validate(values), patience)


def read_at(server: Qualtrics, state: State | None = None, **options: Any) -> Found:
    """One read of `server` on the night that it shows."""
    with serving(server) as url:
        return read(connector(url, **options), state or {}, server.site.as_of)


def checked(server: Qualtrics, **options: Any) -> list[Finding]:
    with serving(server) as url:
        return list(connector(url, **options).check())


def expected(frame: str, as_of: dt.datetime | None = None) -> pl.DataFrame:
    """What the company's surveys say, at the edge."""
    return conform(frame, NAME, surveys(world(), as_of or last_night())[frame]).rows


def sheets(rows: pl.DataFrame) -> set[str]:
    """The responses in rows of `answers`."""
    return set(rows["response_key"].to_list())


def comparable(frame: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The frame's own columns, sorted by its key."""
    guide = ("page", "line", "version", "record_key", "row_hash", "extra")
    own = [name for name in rows.columns if name not in guide]
    return rows.select(own).sort(key_columns(frame))


FRAMES = ("surveys", "survey_questions", "invitations", "answers")


def wave(n: int) -> dict[str, Any]:
    """The n-th wave of the company, by opening."""
    return world().surveys.sort("opened_at").row(n, named=True)


def exported(server: Qualtrics) -> list[tuple[str, dict[str, Any]]]:
    """(survey, body) of the exports that were started."""
    return [(path.split("/")[1], body) for method, path, body in server.asked if method == "POST"]
