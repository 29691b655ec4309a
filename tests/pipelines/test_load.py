"""Raw holds versions: what a load adds, leaves, closes and sets aside."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from connectors.contract import PullResult, SourceError
from pipelines import load as loading
from pipelines.archive import Archive
from pipelines.assets.load import build_load, imbalance, raw_key
from pipelines.load import load_pull
from pipelines.package import FrameLoad
from pipelines.warehouse import Warehouse
from tests.pipelines.scripted import NIGHTS, Scripted


class Nights:
    """A warehouse, an archive and one scripted source; each call is one night."""

    def __init__(self, folder: Path, source: Scripted) -> None:
        self.warehouse = Warehouse(folder / "warehouse.duckdb")
        self.archive = Archive(folder / "archive")
        self.source = source
        self.n = 0

    def __call__(self, *says: Any, night: int | None = None) -> list[FrameLoad]:
        self.source.says = list(says)
        as_of = NIGHTS[self.n if night is None else night]
        state = self.warehouse.states().get(self.source.name, {})
        pull = self.archive.pull(self.source, state, as_of)
        self.n += 1
        return load_pull(self.warehouse, self.source, pull, f"run{self.n}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.warehouse.connect() as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def people(tmp_path: Path) -> Nights:
    return Nights(tmp_path, Scripted(people="whole"))


@pytest.fixture
def worklogs(tmp_path: Path) -> Nights:
    return Nights(tmp_path, Scripted(worklogs="incremental"))


def person(key: str, name: str = "Ann", **more: Any) -> dict[str, Any]:
    return {"person_key": key, "full_name": name, **more}


def worklog(key: str, seconds: int = 60, version: str | None = None) -> dict[str, Any]:
    return {
        "worklog_key": key,
        "work_item_key": "10",
        "account_key": "a",
        "started_at": "2026-03-01T08:00:00Z",
        "seconds": seconds,
        "version": version,
    }


HISTORY = (
    "select person_key, full_name, day(as_of), day(gone_at) from raw.people order by 1, as_of, 2"
)


def test_a_whole_frame_keeps_what_changed_and_closes_what_vanished(people: Nights) -> None:
    people({"people": [person("1"), person("2", "Bob")]})
    (load,) = people({"people": [person("1", "Anna"), person("3", "Cy")]})
    assert people.rows(HISTORY) == [
        ("1", "Ann", 1, 2),
        ("1", "Anna", 2, None),
        ("2", "Bob", 1, 2),
        ("3", "Cy", 2, None),
    ]
    assert astuple(load)[2:8] == (2, 2, 0, 0, 0, 1)


def test_the_same_night_twice_changes_nothing(people: Nights) -> None:
    people({"people": [person("1"), person("2", "Bob")]}, night=0)
    before = people.rows("select * from raw.people order by record_key")
    (load,) = people({"people": [person("2", "Bob"), person("1")]}, night=0)
    assert people.rows("select * from raw.people order by record_key") == before
    assert (load.rows_loaded, load.rows_unchanged) == (0, 2)


def test_what_vanished_can_come_back(people: Nights) -> None:
    people({"people": [person("1"), person("2", "Bob")]})
    people({"people": [person("1")]})
    people({"people": [person("1"), person("2", "Bob")]})
    assert people.rows(HISTORY)[1:] == [("2", "Bob", 1, 2), ("2", "Bob", 3, None)]


def test_two_instances_of_a_system_do_not_close_each_others_rows(tmp_path: Path) -> None:
    one, two = Scripted("one", people="whole"), Scripted("two", people="whole")
    nights = Nights(tmp_path, one)
    nights({"people": [person("1")]})
    nights.source = two
    nights({"people": [person("9")]})
    assert nights.rows(
        "select source, person_key from raw.people where gone_at is null order by 1"
    ) == [("one", "1"), ("two", "9")]


def test_a_whole_frame_that_comes_empty_is_not_believed(people: Nights) -> None:
    people({"people": [person("1"), person("2")]})
    (load,) = people({"people": []})
    assert load.status == "stale"
    assert "2 rows are known" in load.message
    assert people.rows("select count(*) from raw.people where gone_at is null") == [(2,)]


MANY = [person(str(n)) for n in range(50)]


def test_a_read_that_lost_most_rows_is_believed_when_a_later_night_says_the_same(
    people: Nights,
) -> None:
    people({"people": MANY})
    (load,) = people({"people": MANY[:1]})
    assert (load.status, load.rows_deleted) == ("stale", 0)
    assert "lacks 49 of the 50 rows" in load.message
    assert people.rows("select count(*) from raw.people where gone_at is null") == [(50,)]
    (load,) = people({"people": MANY[:1]}, night=1)
    assert load.status == "stale", "the same night again confirms nothing"
    (load,) = people({"people": MANY[:1]}, night=2)
    assert (load.status, load.rows_deleted) == ("ok", 49)
    assert people.rows("select count(*) from raw.people where gone_at is null") == [(1,)]


def test_a_read_that_was_cut_short_once_changes_nothing(people: Nights) -> None:
    people({"people": MANY})
    before = people.rows("select * from raw.people order by record_key")
    people({"people": MANY[:1]})
    (load,) = people({"people": MANY})
    assert (load.status, load.rows_unchanged) == ("ok", 50)
    assert people.rows("select * from raw.people order by record_key") == before


def test_a_record_that_is_bad_tonight_keeps_its_last_good_version(people: Nights) -> None:
    people({"people": [person("1"), person("2", "Bob")]})
    (load,) = people({"people": [person("1"), person("2", "Bob", hired_on="soon")]})
    assert people.rows("select person_key from raw.people where gone_at is null order by 1") == [
        ("1",),
        ("2",),
    ]
    assert (load.rows_quarantined, load.rows_deleted) == (1, 0)
    people({"people": [person("1"), person("2", "Bob", hired_on="soon")]})
    assert people.rows("select record_key, reason from raw.quarantine") == [
        ("2", "hired_on: 'soon' is not a date (YYYY-MM-DD)")
    ]


def test_nothing_is_taken_for_deleted_from_an_incomplete_read(people: Nights) -> None:
    people({"people": [person("1"), person("2", "Bob")]})
    people.source.result = PullResult(incomplete={"people": "403 on 1 record"})
    (load,) = people({"people": [person("1", "Anna")]})
    assert people.rows(HISTORY) == [
        ("1", "Ann", 1, 2),
        ("1", "Anna", 2, None),
        ("2", "Bob", 1, None),
    ]
    assert load.rows_deleted == 0
    assert "403 on 1 record" in load.message


def test_an_incremental_frame_is_appended_and_nothing_is_closed(worklogs: Nights) -> None:
    worklogs({"worklogs": [worklog("1"), worklog("2")]})
    (load,) = worklogs({"worklogs": [worklog("2"), worklog("3")]})
    assert worklogs.rows(
        "select worklog_key, day(as_of), gone_at from raw.worklogs order by 1"
    ) == [("1", 1, None), ("2", 1, None), ("3", 2, None)]
    assert (load.rows_pulled, load.rows_loaded, load.rows_unchanged) == (2, 1, 1)


def test_pages_that_overlap_count_as_duplicates(worklogs: Nights) -> None:
    pages = {"worklogs": [worklog("1"), worklog("2")]}, {"worklogs": [worklog("2"), worklog("3")]}
    (load,) = worklogs(*pages)
    assert (load.rows_pulled, load.rows_loaded, load.rows_duplicate) == (4, 3, 1)


def test_every_pulled_row_is_accounted_for(worklogs: Nights) -> None:
    worklogs({"worklogs": [worklog("1")]})
    rows = [worklog("1"), worklog("2"), worklog("2"), worklog("3", seconds=0)]
    (load,) = worklogs({"worklogs": rows})
    parts = load.rows_loaded, load.rows_unchanged, load.rows_duplicate, load.rows_quarantined
    assert parts == (1, 1, 1, 1)
    assert load.rows_pulled == sum(parts)


def test_a_failed_pull_loads_nothing_and_keeps_its_state(people: Nights) -> None:
    people.source.result = PullResult(state={"since": 1})
    people({"people": [person("1")]})
    people.source.result = PullResult(state={"since": 2})
    (load,) = people({"people": [person("2")]}, SourceError("t: 401: the token is wrong."))
    assert (load.status, load.message) == ("failed", "t: 401: the token is wrong.")
    assert people.rows("select person_key from raw.people") == [("1",)]
    assert people.warehouse.states() == {"t": {"since": 1}}
    assert people.rows("select status, pulled_at from raw.frame_loads order by run_id")[1] == (
        "failed",
        None,
    )


def test_a_frame_that_cannot_be_read_leaves_the_others(tmp_path: Path) -> None:
    nights = Nights(tmp_path, Scripted(people="whole", org_units="whole"))
    unit = {"org_unit_key": "u", "name": "U", "effective_from": "2026-01-01"}
    nights({"people": [person("1")], "org_units": [unit]})
    loads = nights({"people": "people.csv, line 1: nonsense", "org_units": [unit]})
    assert {load.frame: load.status for load in loads} == {"people": "failed", "org_units": "ok"}
    assert nights.rows("select count(*) from raw.people where gone_at is null") == [(1,)]


def test_a_connector_that_breaks_is_a_failed_pull_not_a_stopped_night(people: Nights) -> None:
    (load,) = people(ZeroDivisionError("a bug"))
    assert load.status == "failed"
    assert "ZeroDivisionError" in load.message
    assert "scripted.py, line" in load.message


def test_names_of_unknown_columns_stay_private(people: Nights) -> None:
    (load,) = people({"people": [person("1", **{"Ada Canary": 1})]})
    assert load.message == "1 columns are not known to the frame and were left out"
    assert load.unknown_columns == "Ada Canary (1)"


def test_a_mapping_that_breaks_is_a_failed_frame_without_the_value(people: Nights) -> None:
    def broken(_: Any) -> Any:
        raise ValueError("ada@secret.example is odd")

    people({"people": [person("1")]})
    people.source.map = broken  # type: ignore[method-assign]
    (load,) = people({"people": [person("2")]})
    assert load.status == "failed"
    assert "ValueError" in load.message
    assert "ada" not in load.message
    assert people.rows("select count(*) from raw.people where gone_at is null") == [(1,)]


def test_a_row_leads_back_to_its_page(people: Nights) -> None:
    people({"people": [person("1")]}, {"people": [person("2")]})
    ((reference,),) = people.rows("select page_ref from raw.people where person_key = '2'")
    source, pull_id, number = reference.split("/")
    (pull,) = people.archive.pulls()
    assert (source, pull_id) == (pull.source, pull.pull_id)
    assert b'"person_key":"2"' in dict(pull.pages())[int(number)].body


def test_the_load_leaves_no_package_and_no_rows_in_staging(people: Nights) -> None:
    people({"people": [person("1")]})
    people({"people": [person("1", "Anna")]})
    assert list(people.warehouse.path.parent.glob(".dlt-*")) == []
    assert people.rows("select count(*) from raw_staging.people") == [(0,)]


def test_the_archive_forgets_what_is_older_than_it_keeps(people: Nights) -> None:
    for _ in range(3):
        people({"people": [person("1")]})
    gone = people.archive.prune(1, NIGHTS[2])
    assert [pull.as_of for pull in gone] == [NIGHTS[0]]
    assert [pull.as_of for pull in people.archive.pulls()] == NIGHTS[1:3]


# Pulled = loaded + unchanged + duplicate + quarantined, as a check of each raw asset


ROWS = [worklog("1"), worklog("2"), worklog("2"), worklog("3", seconds=0), worklog("4")]


def lose_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault between the count and the warehouse: of every frame, the last row is left out."""
    whole = loading.write

    def short(warehouse: Any, pull: Any, incoming: Any) -> None:
        for one in incoming:
            one.rows = one.rows[:-1]
        whole(warehouse, pull, incoming)

    monkeypatch.setattr(loading, "write", short)


def step(nights: Nights) -> tuple[dg.ExecuteInProcessResult, list[str]]:
    """The load step of the archived pull, with a step behind it; and what was done behind it."""
    night = SimpleNamespace(
        run_id="run",
        clock=SimpleNamespace(no_pull=None),
        warehouse=nights.warehouse,
        archive=nights.archive,
        connectors={"t": nights.source},
        pulled={},
        loaded={},
    )
    done: list[str] = []

    @dg.asset(deps=[raw_key("t", "worklogs")])
    def built() -> None:
        done.append("built")

    resources = {"night": dg.ResourceDefinition.hardcoded_resource(night)}
    steps = [build_load("t", ["worklogs"]), built]
    return dg.materialize(steps, resources=resources, raise_on_error=False), done


def evaluations(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {one.check_name: one for one in result.get_asset_check_evaluations()}


def test_what_is_loaded_is_counted_in_the_warehouse(
    worklogs: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_a_row(monkeypatch)
    (load,) = worklogs({"worklogs": ROWS})
    assert worklogs.rows("select worklog_key from raw.worklogs order by 1") == [("1",), ("2",)]
    assert (load.rows_pulled, load.rows_loaded) == (5, 2)
    assert imbalance(load) is not None


def test_a_row_that_is_lost_on_the_way_stops_the_night_with_the_numbers(
    worklogs: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    worklogs.source.says = [{"worklogs": ROWS}]
    worklogs.archive.pull(worklogs.source, {}, NIGHTS[0])
    lose_a_row(monkeypatch)
    result, done = step(worklogs)
    assert not result.success and done == []
    (failure,) = (event for event in result.all_events if event.is_step_failure)
    said = failure.step_failure_data.user_failure_data.description
    numbers = "5 rows were pulled, but 2 loaded + 0 unchanged + 1 duplicate + 1 set aside are 4"
    assert f"t.worklogs: {numbers}" in said
    checks = evaluations(result)
    assert checks["loaded"].passed and not checks["balance"].passed
    assert numbers in str(checks["balance"].description)
    assert checks["balance"].metadata["rows_pulled"].value == 5


def test_rows_that_are_all_accounted_for_let_the_night_go_on(worklogs: Nights) -> None:
    worklogs.source.says = [{"worklogs": ROWS}]
    worklogs.archive.pull(worklogs.source, {}, NIGHTS[0])
    for loaded, unchanged in ((3, 0), (0, 3)):
        result, done = step(worklogs)
        assert result.success and done == ["built"]
        check = evaluations(result)["balance"]
        counts = {name: value.value for name, value in check.metadata.items()}
        assert check.passed and check.blocking
        assert (counts["rows_loaded"], counts["rows_unchanged"]) == (loaded, unchanged)
        assert (counts["rows_duplicate"], counts["rows_quarantined"]) == (1, 1)


def test_a_source_that_fails_stops_nothing_and_is_named(worklogs: Nights) -> None:
    worklogs.source.says = [SourceError("t: answered 401. Renew the token.")]
    pull = worklogs.archive.pull(worklogs.source, {}, NIGHTS[0])
    assert pull.error is not None
    worklogs.archive.latest = lambda _: pull  # type: ignore[method-assign]
    result, done = step(worklogs)
    assert result.success and done == ["built"]
    checks = evaluations(result)
    assert checks["balance"].passed and not checks["loaded"].passed
    assert "Renew the token" in str(checks["loaded"].description)


@pytest.mark.parametrize("part", ["loaded", "unchanged", "duplicate", "quarantined"])
def test_one_row_too_many_or_too_few_of_any_kind_is_an_imbalance(part: str) -> None:
    even = {f"rows_{name}": 2 for name in ("loaded", "unchanged", "duplicate", "quarantined")}
    assert imbalance(FrameLoad("t", "people", rows_pulled=8, **even)) is None
    for n in (1, 3):
        said = imbalance(FrameLoad("t", "people", rows_pulled=8, **even | {f"rows_{part}": n}))
        assert said is not None and "t.people: 8 rows were pulled, but" in said
