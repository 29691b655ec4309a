"""A replay gives what the archived nights give, and a refused or cut one changes nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import PullResult
from pipelines import replay as replaying
from pipelines.replay import ReplayRefused, replay
from pipelines.warehouse import Warehouse
from tests.pipelines.scripted import NIGHTS, Scripted
from tests.pipelines.test_load import Nights, person, worklog

TABLES = {
    "people": "select * exclude (load_id) from raw.people order by record_key, as_of, row_hash",
    "worklogs": "select * exclude (load_id) from raw.worklogs order by record_key, as_of",
}


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    nights = Nights(tmp_path, Scripted(people="whole", worklogs="incremental"))
    nights({"people": [person("1"), person("2", "Bob")], "worklogs": [worklog("1")]})
    nights({"people": [person("1", "Anna")], "worklogs": [worklog("1"), worklog("2")]})
    nights({"people": [person("1", "Anna"), person("2", "Bob")], "worklogs": [worklog("3")]})
    return nights


def contents(nights: Nights, warehouse: Warehouse | None = None) -> dict[str, list[Any]]:
    with (warehouse or nights.warehouse).connect() as connection:
        return {name: connection.execute(query).fetchall() for name, query in TABLES.items()}


def test_an_empty_warehouse_fed_the_archived_nights_equals_the_original(
    nights: Nights, tmp_path: Path
) -> None:
    fresh = Warehouse(tmp_path / "fresh.duckdb")
    done = replay(fresh, nights.archive, {"t": nights.source}, NIGHTS[0].date(), "again")
    assert len(done.pulls) == 3
    assert contents(nights, fresh) == contents(nights)


@pytest.mark.parametrize("since", [0, 1, 2])
def test_a_replay_from_any_night_on_changes_nothing(nights: Nights, since: int) -> None:
    before = contents(nights)
    replay(nights.warehouse, nights.archive, {"t": nights.source}, NIGHTS[since].date(), "again")
    assert contents(nights) == before


def test_a_mended_mapping_reaches_the_archived_nights(nights: Nights) -> None:
    class Mended(Scripted):
        def map(self, pages: Any) -> Any:
            for frame, rows in super().map(pages):
                if frame == "people":
                    yield frame, rows.with_columns(full_name="person_key")
                else:
                    yield frame, rows

    mended = Mended(people="whole", worklogs="incremental")
    replay(nights.warehouse, nights.archive, {"t": mended}, NIGHTS[1].date(), "again")
    rows = nights.rows("select full_name, day(as_of), day(gone_at) from raw.people order by 2, 1")
    assert rows == [("Ann", 1, 2), ("Bob", 1, 2), ("1", 2, None), ("2", 3, None)]


def test_a_replay_past_the_archive_is_refused(nights: Nights) -> None:
    before = contents(nights)
    nights.archive.prune(0, NIGHTS[1])
    with pytest.raises(ReplayRefused, match="no longer in the archive, first t/20260301"):
        replay(nights.warehouse, nights.archive, {"t": nights.source}, NIGHTS[0].date(), "again")
    with pytest.raises(ReplayRefused, match="holds no pull"):
        replay(nights.warehouse, nights.archive, {"t": nights.source}, dt.date(2026, 4, 1), "again")
    assert contents(nights) == before


def test_a_replay_that_would_leave_out_the_past_is_refused(nights: Nights, tmp_path: Path) -> None:
    """A pull that goes on from an earlier one is no beginning."""
    nights.source.result = PullResult(state={"since": 1})
    nights({"people": [person("1")], "worklogs": [worklog("4")]})
    nights({"people": [person("1")], "worklogs": [worklog("5")]})
    fresh = Warehouse(tmp_path / "fresh.duckdb")
    with pytest.raises(ReplayRefused, match="goes on from an earlier one"):
        replay(fresh, nights.archive, {"t": nights.source}, NIGHTS[4].date(), "again")
    assert not fresh.path.exists()


def test_a_replay_that_is_cut_short_changes_nothing(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(nights)

    def broken(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(replaying, "load_pull", broken)
    with pytest.raises(KeyboardInterrupt):
        replay(nights.warehouse, nights.archive, {"t": nights.source}, NIGHTS[1].date(), "again")
    assert contents(nights) == before
