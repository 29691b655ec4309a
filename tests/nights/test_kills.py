"""A night that is cut off at any point is made good by the next one."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from pipelines.boundaries import BOUNDARIES
from tests.nights.company import Company, unequal
from tests.nights.conftest import another

pytestmark = pytest.mark.timeout(900)

QUICK = ("load.normalized:jira", "publish.synced")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company whose night nobody cut off."""
    company = Company(tmp_path_factory.mktemp("whole"), people=60, months=4)
    company.night()
    return company


def kill(company: Company, at: str) -> None:
    code, said = company.run("nightly", kill_at=at)
    assert code == -signal.SIGKILL, said


@pytest.mark.slow
def test_a_rerun_after_kills_in_load_and_publish_ends_with_the_same_marts(
    whole: Company, tmp_path: Path
) -> None:
    company = another(tmp_path, whole)
    for at in QUICK:
        kill(company, at)
        assert not company.current.exists()
    company.night()
    assert unequal(whole.contents(), company.contents()) == {}
    assert left_behind(company) == []


@pytest.mark.slow
@pytest.mark.parametrize("kill_at", BOUNDARIES)
def test_a_rerun_after_a_kill_at_any_boundary_ends_with_the_same_marts(
    whole: Company, tmp_path: Path, kill_at: str
) -> None:
    company = another(tmp_path, whole)
    kill(company, kill_at)
    company.night()
    assert unequal(whole.contents(), company.contents()) == {}
    assert left_behind(company) == []


def left_behind(company: Company) -> list[str]:
    """What a finished night must not leave: half-written versions, packages, other pointers."""
    published = company.folder / "published"
    odd = [p.name for p in published.iterdir() if p.name not in ("versions", "current")]
    odd += [p.name for p in (published / "versions").iterdir() if p.name.startswith(".")]
    odd += [p.name for p in (company.folder / "data").glob(".dlt-*")]
    odd += [p.name for p in (company.folder / "data" / "archive").glob("*/.*")]
    return odd + [p.name for p in published.rglob("*.wal")]
