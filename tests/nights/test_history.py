"""Nights add up: again, later, or from the archive, they end with the same core and marts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from tests.nights.company import Company, unequal
from tests.nights.conftest import LAST_MONTH, another
from tests.nights.readers import Readers

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class TwoNights:
    """Twelve months in one night, then one more in another, with eight readers all along."""

    company: Company
    after_the_first: dict[str, pl.DataFrame]
    readers: Readers


@pytest.fixture(scope="module")
def two_nights(
    small_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TwoNights]:
    company = another(tmp_path_factory.mktemp("twice"), small_company)
    company.night(LAST_MONTH)
    first = company.contents()
    with Readers(company.current, n=8) as readers:
        company.night()
    yield TwoNights(company, first, readers)


def test_the_same_night_twice_changes_nothing(small_company: Company) -> None:
    before = small_company.contents()
    version = small_company.current.readlink()
    small_company.night()
    assert unequal(before, small_company.contents()) == {}
    assert small_company.current.readlink() != version


def test_thirteen_months_at_once_equal_twelve_and_then_one(
    small_company: Company, two_nights: TwoNights
) -> None:
    once, twice = small_company.contents(dated=True), two_nights.company.contents(dated=True)
    assert unequal(once, twice) == {}


@pytest.mark.slow
def test_an_empty_warehouse_fed_the_archived_nights_equals_the_original(
    two_nights: TwoNights, tmp_path: Path
) -> None:
    original = two_nights.company
    fed = another(tmp_path, original)
    fed.with_archive_of(original)
    code, said = fed.run("replay", "--since", LAST_MONTH.isoformat())
    assert code == 0, said
    assert unequal(original.contents(), fed.contents()) == {}


@pytest.mark.slow
def test_a_past_night_is_seen_again_as_it_was(two_nights: TwoNights, tmp_path: Path) -> None:
    """`--as-of` a past day pulls nothing and ignores what was first seen later."""
    later = another(tmp_path / "later", two_nights.company)
    shutil.copytree(two_nights.company.folder / "data", later.folder / "data")
    said = later.night(LAST_MONTH)
    assert "pull: nothing" in said
    assert unequal(two_nights.after_the_first, later.contents()) == {}


def test_readers_of_a_whole_run_see_no_error_and_no_mixed_version(
    two_nights: TwoNights,
) -> None:
    company, readers = two_nights.company, two_nights.readers
    assert readers.errors == []
    assert readers.mixed == []
    assert readers.versions_in_order == company.versions
    assert readers.n_reads >= 8 * 10
