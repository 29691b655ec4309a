"""Companies whose nights are run once and looked at by many tests."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.nights.company import Company

SMALL = {"people": 120, "months": 13}
LAST_MONTH = dt.date(2026, 9, 30)


@pytest.fixture(scope="session")
def default_company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The company of `make nightly`, after its night."""
    company = Company(tmp_path_factory.mktemp("default"))
    company.night()
    return company


@pytest.fixture(scope="session")
def small_company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A smaller one, all of whose 13 months were read in one night."""
    company = Company(tmp_path_factory.mktemp("once"), **SMALL)
    company.night()
    return company


def another(folder: Path, company: Company) -> Company:
    """The same company in a folder where nothing ran yet."""
    return Company(folder, company.seed, company.people, company.months, company.end)
