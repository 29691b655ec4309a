"""The sample company of the tests: one world of the default size for the whole run."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from sandbox.company import generate
from sandbox.truth import compute
from sandbox.world import World, end_of


@pytest.fixture(scope="session")
def company() -> World:
    return generate()


@pytest.fixture(scope="session")
def today(company: World) -> dt.datetime:
    return end_of(company.end)


@pytest.fixture(scope="session")
def truth(company: World, today: dt.datetime) -> dict[str, pl.DataFrame]:
    return compute(company, today)
