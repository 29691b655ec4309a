"""The connector reads a real Tryton, and the stand-in answers as the real one does."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import polars as pl
import pytest
import requests
from polars.testing import assert_frame_equal

from connectors.contract import Finding, Page, SourceError
from connectors.hr.tryton import Tryton
from connectors.hr.tryton_rpc import Rpc, logged_in
from connectors.hr.tryton_settings import TrytonSettings
from connectors.http import Patience
from sandbox import company, observe
from sandbox.tryton_server import DATABASE, serving
from sandbox.tryton_server import Tryton as StandIn
from sandbox.tryton_site import MAPPING, Site
from sandbox.world import World, end_of
from tests.connectors.contract_reading import pulled, read
from tests.connectors.systems.tryton import PASSWORD, expected_work, settings
from tests.live import tryton
from tests.live.tryton import Running

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

NO_WAIT = Patience(sleep=lambda _: None)


@pytest.fixture(scope="module")
def world() -> World:
    return company.generate(seed=1, people=60, months=4, end=dt.date(2026, 10, 31))


@pytest.fixture(scope="module")
def night(world: World) -> dt.datetime:
    return end_of(world.end)


@pytest.fixture(scope="module")
def site(world: World, night: dt.datetime) -> Iterator[Running]:
    with tryton.filled(world, night) as running:
        yield running


def source(site: Running, **more: Any) -> Tryton:
    return Tryton("tryton", TrytonSettings.model_validate(site.options(**more)), NO_WAIT)


@contextmanager
def administrator(site: Running) -> Iterator[Rpc]:
    with logged_in("test", TrytonSettings.model_validate(site.options("admin")), NO_WAIT) as rpc:
        rpc.prefer()
        yield rpc


def errors(findings: list[Finding]) -> dict[str, str]:
    return {one.subject: one.message for one in findings if one.status == "error"}


def assert_says(found: pl.DataFrame, wanted: pl.DataFrame, key: list[str]) -> None:
    assert_frame_equal(found.select(wanted.columns).sort(key), wanted.sort(key), rel_tol=0)


# What comes out


def test_people_seats_and_units_come_out_as_hr_shows_them(site, world, night):
    found = read(source(site, modules=["hr"]), {}, night)
    wanted = observe.hr(world, night)
    assert found.quarantine == [] and set(found.rows) == set(wanted)
    assert_says(found.rows["people"], wanted["people"], ["person_key"])
    assert_says(found.rows["assignments"], wanted["assignments"], ["assignment_key"])
    assert_says(found.rows["org_units"], wanted["org_units"], ["org_unit_key", "effective_from"])


def test_tasks_time_and_accounts_come_out_as_the_tracker_shows_them(site, world, night):
    found = read(source(site, modules=["work"]), {}, night)
    wanted = expected_work(world, night, "")
    assert found.quarantine == []
    assert_says(found.rows["accounts"], wanted["accounts"], ["account_key"])
    items = wanted["work_items"].drop("url")
    assert_says(found.rows["work_items"], items, ["work_item_key"])
    logs = wanted["worklogs"].drop("worklog_key")
    assert_says(found.rows["worklogs"], logs, logs.columns)
    assert len(set(found.rows["worklogs"]["worklog_key"])) == logs.height
    assert found.rows["work_items"]["url"].str.contains("/#company/model/project.work/").all()


def test_small_pages_and_a_second_read_give_the_same(site, night):
    whole = read(source(site), {}, night)
    small = read(source(site, page_size=37), {}, night)
    assert len(small.pages) > len(whole.pages)
    for frame, rows in whole.rows.items():
        assert_frame_equal(
            rows.drop("page").sort("record_key"), small.rows[frame].drop("page").sort("record_key")
        )
    again = read(source(site), whole.result.state, night)
    assert again.result.state == whole.result.state
    assert again.rows["worklogs"].height < whole.rows["worklogs"].height / 10
    assert set(again.rows["key_sweeps"]["key"]) == set(whole.rows["key_sweeps"]["key"])


def test_a_stock_mapping_gives_the_servers_own_numbers_and_supervisors_teams(site, night):
    found = read(source(site, mapping={}), {}, night)
    people, units = found.rows["people"], found.rows["org_units"]
    with administrator(site) as rpc:
        employees = rpc.call("model.company.employee.search", [], 0, None, None).rows("result")
        led = [["subordinates", "!=", None]]
        leaders = rpc.call("model.company.employee.search", led, 0, None, None).rows("result")
    assert set(people["person_key"]) == set(map(str, employees))
    assert set(units["head_key"].drop_nulls()) == set(map(str, leaders)) and leaders
    assert set(found.rows["assignments"]["org_unit_key"]) <= set(units["org_unit_key"])
    assert set(found.rows["worklogs"]["work_item_key"]) <= set(
        found.rows["work_items"]["work_item_key"]
    )
    tasks = [row for row in found.quarantine if row["frame"] != "work_items"]
    assert tasks == []


def test_changes_deletions_and_new_records_are_seen_by_the_next_read(site):
    today = dt.datetime.now(dt.UTC)
    with administrator(site) as rpc, trial(rpc) as (task, booked, book):
        gone, kept = book(booked), book(booked)
        first = read(source(site, modules=["work"]), {}, today)
        rpc.call("model.project.work.write", [task], {"name": "Another name"})
        rpc.call("model.timesheet.line.delete", [gone])
        meetings = made(rpc, "timesheet.work", {"name": "Meetings", "company": 1})
        more, unbound = book(booked), book(meetings)
        second = read(source(site, modules=["work"]), first.result.state, today)
        rpc.call("model.timesheet.line.delete", [more, unbound, kept])
        rpc.call("model.timesheet.work.delete", [meetings])
    items = dict(second.rows["work_items"].select("work_item_key", "title").iter_rows())
    assert items == {"trial": "Another name", f"timesheet.work,{meetings}": "Meetings"}
    logs = dict(second.rows["worklogs"].select("worklog_key", "work_item_key").iter_rows())
    assert logs[str(more)] == "trial" and logs[str(unbound)] == f"timesheet.work,{meetings}"
    swept = second.rows["key_sweeps"].filter(pl.col("frame") == "worklogs")["key"]
    assert str(gone) in first.rows["worklogs"]["worklog_key"]
    assert str(gone) not in swept and {str(kept), str(more)} <= set(swept)


def made(rpc: Rpc, model: str, values: dict[str, Any]) -> int:
    (number,) = rpc.call(f"model.{model}.create", [values]).rows("result")
    return int(number)


@contextmanager
def trial(rpc: Rpc) -> Iterator[tuple[int, int, Callable[[int], int]]]:
    """A task of its own: its id, that of what time is booked on, and how to book an hour."""
    some = ["employee", "company", "date"]
    line = rpc.call("model.timesheet.line.search_read", [], 0, 1, None, some).rows("result")[0]
    hour = {"__class__": "timedelta", "seconds": 3600}
    values = {name: line[name] for name in some} | {"duration": hour}
    task = made(rpc, "project.work", {
        "name": "A trial", "code": "trial", "type": "task", "company": line["company"],
        "status": 1, "timesheet_available": True,
    })  # fmt: skip
    origin = [["origin", "=", f"project.work,{task}"]]
    (booked,) = rpc.call("model.timesheet.work.search", origin, 0, None, None).rows("result")
    yield task, booked, lambda on: made(rpc, "timesheet.line", values | {"work": on})
    rpc.call("model.timesheet.work.delete", [booked])
    rpc.call("model.project.work.delete", [task])


# What is said


def test_check_finds_nothing_wrong(site):
    assert {one.status for one in source(site).check()} == {"ok"}


def test_a_wrong_password_is_told_and_not_repeated(site, night):
    wrong = source(site, password="wrong-password")
    assert "password is wrong" in errors(list(wrong.check()))["account"]
    with pytest.raises(SourceError, match="password is wrong") as caught:
        pulled(wrong, {}, night)
    assert "wrong-password" not in str(caught.value)


def test_a_user_who_may_not_read_employees_is_told_what_to_do(site, night):
    with administrator(site) as rpc:
        models = [["model", "=", "company.employee"], ["group", "=", None]]
        rights = rpc.call("model.ir.model.access.search", models, 0, None, None).rows("result")
        rpc.call("model.ir.model.access.write", rights, {"active": False})
        closed = {"model": "company.employee", "perm_read": False}
        own = rpc.call("model.ir.model.access.create", [closed]).rows("result")
    try:
        said = errors(list(source(site).check()))
        with pytest.raises(SourceError, match="group that may read") as caught:
            pulled(source(site), {}, night)
    finally:
        with administrator(site) as rpc:
            rpc.call("model.ir.model.access.delete", own)
            rpc.call("model.ir.model.access.write", rights, {"active": True})
    assert "Employee" in said["people"] and "group" in said["people"]
    assert "Employee" in str(caught.value)


def test_a_mapped_field_or_model_that_is_missing_is_named_with_the_nearest(site, night):
    people = MAPPING["people"] | {"employee_number": "nmber"}
    seats = MAPPING["assignments"] | {"model": "personnel.seats"}
    wrong = source(site, mapping=MAPPING | {"people": people, "assignments": seats})
    said = errors(list(wrong.check()))
    assert said["people"].endswith("no field `nmber`; nearest: number")
    assert "no model personnel.seats; nearest: personnel.seat" in said["assignments"]
    with pytest.raises(SourceError, match=r"'nmber'.*alignmart check"):
        pulled(wrong, {}, night)


# The stand-in


def shapes(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every place in an answer with the kind of value there."""
    if isinstance(value, dict):
        yield place, str(value.get("__class__", "object"))
        for name, part in value.items():
            yield from shapes(part, f"{place}.{name}")
    elif isinstance(value, list):
        yield place, "list"
        for part in value:
            yield from shapes(part, f"{place}[]")
    else:
        yield place, type(value).__name__


def seen(pages: list[Page]) -> dict[str, set[tuple[str, str]]]:
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for page in pages:
        found[page.stream] |= set(shapes(orjson.loads(page.body)))
    return dict(found)


def test_the_stand_in_answers_with_the_shapes_and_the_values_of_the_real_server(site, world, night):
    def told(tryton: Tryton) -> tuple[list[Page], dict[str, pl.DataFrame]]:
        pages = pulled(tryton, {}, night).pages
        return pages, read(tryton, {}, night).rows

    real_pages, real = told(source(site, modules=["hr", "work"]))
    with serving(StandIn(Site(world, night), PASSWORD)) as url:
        pages, rows = told(Tryton("tryton", settings(url), NO_WAIT))
    for stream, wanted in seen(real_pages).items():
        assert seen(pages)[stream] ^ wanted == set(), stream
    for frame, wanted in real.items():
        numbers = {"worklogs": ["worklog_key", "record_key", "row_hash"],
                   "work_items": ["url", "row_hash"]}  # fmt: skip
        left_out = ["page", *numbers.get(frame, [])]
        if frame != "key_sweeps":
            by = [name for name in wanted.columns if name not in {*left_out, "extra"}]
            assert_frame_equal(rows[frame].drop(left_out).sort(by), wanted.drop(left_out).sort(by))


def test_the_stand_in_refuses_as_the_real_server_does(site, world, night):
    calls: list[tuple[str, list[Any]]] = [
        ("model.company.employee.search_read", [[], 0, 1, None, ["nope"], {}]),
        ("model.company.employee.search_read", [[], 0, 1, None, ["party.nope"], {}]),
        ("model.no.such.search_read", [[], 0, 1, None, ["id"], {}]),
        ("model.no.such.fields_get", [{}]),
        ("model.company.employee.nope", [[], {}]),
        ("common.db.login", ["reader", {}]),
        ("common.db.login", ["reader", {"password": "wrong"}]),
    ]

    def answers(url: str, database: str, password: str) -> list[tuple[int, Any]]:
        options = {"url": url, "database": database, "user": "reader", "password": password}
        path, found = f"{url}/{database}/rpc/", []
        with logged_in("t", TrytonSettings.model_validate(options), NO_WAIT) as rpc:
            header = {"Authorization": str(rpc._session.header)}
        for method, params in calls:
            body = {"id": 1, "method": method, "params": params}
            given = requests.post(path, json=body, headers=header, timeout=60)
            found.append((given.status_code, given.json() if given.status_code == 200 else None))
        without = requests.post(path, json={"id": 1, "method": calls[0][0], "params": []},
                                timeout=60)  # fmt: skip
        return [*found, (without.status_code, None)]

    real = answers(site.url, site.database, site.password)
    with serving(StandIn(Site(world, night), PASSWORD)) as url:
        assert answers(url, DATABASE, PASSWORD) == real
    assert [status for status, _ in real] == [200, 200, 200, 200, 403, 200, 401, 401]
