"""A first pull that goes on the next night: what is loaded, kept and said of it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from rich.console import Console

from connectors.contract import Connector, PullResult
from pipelines import summary
from pipelines.archive import Archive, Pull
from pipelines.load import load_pull
from pipelines.night import Night
from pipelines.package import FrameLoad
from pipelines.publish import Shelf
from pipelines.publish_files import DATABASE
from pipelines.warehouse import Warehouse
from sandbox.jira_server import serving
from tests.connectors.jira_reading import connector, jira, last_night
from tests.pipelines.scripted import NIGHTS, Scripted

SAID = (
    "first pull: 2 of about 5 work items (40 %), those changed since 2026-02-01; goes on the next "
    "night"
)
ITEM = {"work_item_key": "1"} | dict.fromkeys(("created_at", "updated_at"), "2026-02-01T08:00:00Z")


class Nights:
    """A warehouse and an archive; each call is one night of a source."""

    def __init__(self, folder: Path) -> None:
        self.warehouse = Warehouse(folder / "warehouse.duckdb")
        self.archive = Archive(folder / "archive")
        self.n = 0

    def pull(self, source: Connector) -> Pull:
        as_of = NIGHTS[self.n] if isinstance(source, Scripted) else last_night()
        self.n += 1
        return self.archive.pull(source, self.warehouse.states().get(source.name, {}), as_of)

    def __call__(self, source: Connector) -> list[FrameLoad]:
        return load_pull(self.warehouse, source, self.pull(source), f"run{self.n}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.warehouse.connect() as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    nights = Nights(tmp_path)
    nights.warehouse.ensure()
    return nights


@pytest.fixture
def begun(nights: Nights) -> Nights:
    """The first night of a first pull of a scripted source is loaded."""
    source = Scripted("tracker", work_items="incremental", accounts="whole")
    source.says = [{"work_items": [ITEM], "accounts": [{"account_key": "a"}]}]
    source.result = PullResult({"at": 1}, progress={"work_items": SAID})
    nights(source)
    return nights


def test_it_is_recorded_as_a_good_load_that_says_how_far_it_is(begun: Nights) -> None:
    found = begun.rows("select frame, status, message from raw.frame_loads order by frame")
    assert found == [("accounts", "ok", ""), ("work_items", "ok", SAID)]
    assert begun.rows("select count(*) from raw.work_items") == [(1,)]
    assert begun.warehouse.states() == {"tracker": {"at": 1}}


def test_it_fails_no_night(begun: Nights) -> None:
    (pull,) = begun.archive.pulls()
    loads = [FrameLoad("tracker", "work_items", message=pull.progress["work_items"])]
    shared = SimpleNamespace(pulled={"tracker": pull}, loaded={"tracker": loads}, problems={})
    assert Night.failures(shared) == {}  # type: ignore[arg-type]


def test_the_archive_keeps_what_was_said(begun: Nights) -> None:
    (pull,) = begun.archive.pulls()
    assert pull.progress == {"work_items": SAID} and pull.incomplete == {}


def test_a_pull_archived_before_there_was_progress_is_read(begun: Nights) -> None:
    (pull,) = begun.archive.pulls()
    path = pull.folder / "pull.json"
    fields = json.loads(path.read_text())
    del fields["progress"]
    path.write_text(json.dumps(fields))
    (again,) = begun.archive.pulls()
    assert again.progress == {} and again.state == {"at": 1}


def test_the_summary_of_a_night_says_how_far_it_is(begun: Nights) -> None:
    said = io.StringIO()
    config = SimpleNamespace(warehouse_path=begun.warehouse.path)
    summary.show_loads(Console(file=said, width=200), config, "run1")  # type: ignore[arg-type]
    assert f"tracker: {SAID}" in said.getvalue()


def test_the_status_says_how_far_it_is_though_the_load_is_good(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    folder = shelf.versions_folder / "2026-03-01.1"
    folder.mkdir(parents=True)
    with duckdb.connect(folder / DATABASE) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.publish_manifest as select now() as as_of, 'r' as run_id, 3 as "
            "tests_passed"
        )
        connection.execute(
            "create table marts.data_trust as select 'tracker' as source, now() as pulled_at, "
            "true as is_fresh, 'ok' as status, unnest([?, ?, '']) as message",
            [SAID, SAID],
        )
    shelf.point_to(folder.name)
    said = io.StringIO()
    config = SimpleNamespace(publish_dir=tmp_path)
    assert summary.show_status(Console(file=said, width=300), config)  # type: ignore[arg-type]
    assert said.getvalue().count(SAID) == 1


def test_nights_of_jira_leave_the_rows_of_one_large_pull(nights: Nights, tmp_path: Path) -> None:
    small: dict[str, Any] = {"page_size": 20, "items_a_night": 40}
    whole = Nights(tmp_path / "whole")
    whole.warehouse.path.parent.mkdir()
    with serving(jira()) as url:
        whole(connector(url))
        said = []
        while not said or said[-1]:
            loads = {load.frame: load for load in nights(connector(url, **small))}
            assert {load.status for load in loads.values()} == {"ok"}
            said.append(loads["work_items"].message)
    assert len(said) > 2
    for frame in ("accounts", "work_items", "work_item_changes", "worklogs", "key_sweeps"):
        standing = f'select distinct row_hash from raw."{frame}" where gone_at is null order by 1'
        assert nights.rows(standing) == whole.rows(standing), frame


def test_a_night_that_is_killed_before_it_is_loaded_is_read_again(nights: Nights) -> None:
    small: dict[str, Any] = {"page_size": 20, "items_a_night": 40}
    with serving(jira()) as url:
        nights(connector(url, **small))
        lost = nights.pull(connector(url, **small))
        again = nights.pull(connector(url, **small))
    assert lost.began == again.began != {}
    assert lost.state == again.state and lost.progress == again.progress != {}
