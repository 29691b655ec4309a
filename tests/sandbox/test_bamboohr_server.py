"""The stand-in BambooHR has the vendor's habits and speaks as its specification says."""

from __future__ import annotations

import datetime as dt
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import polars as pl
import pytest
import requests
import yaml
from jsonschema import Draft202012Validator

from sandbox import bamboohr_payloads as payloads
from sandbox import company
from sandbox.bamboohr_faults import Fault, Manners, Trouble
from sandbox.bamboohr_server import Bamboo, running, serving
from sandbox.bamboohr_site import Site
from sandbox.world import World, end_of

KEY = "a-key"
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def world() -> World:
    return company.generate(seed=3, people=60, months=6)


@pytest.fixture(scope="module")
def as_of(world: World) -> dt.datetime:
    return end_of(world.end)


@pytest.fixture(scope="module")
def bamboo(world: World, as_of: dt.datetime) -> Bamboo:
    site = Site(world, as_of)
    hidden, shy = world.people["person"][5], world.people["person"][6]
    manners = Manners(
        KEY,
        hidden_of={shy: frozenset({"workEmail", "department", "employeeNumber", "lastName"})},
        hidden_employees=frozenset({hidden}),
        private_goals=frozenset({sorted(site.goals)[0]}),
        goals_of={world.people["person"][0]: 70},
    )
    return Bamboo(site, manners, Trouble(()))


@pytest.fixture(scope="module")
def ask(bamboo: Bamboo) -> Iterator[Any]:
    with serving(bamboo) as address, requests.Session() as session:
        session.auth = (KEY, "x")
        session.headers.update(JSON)

        def send(path: str, method: str = "GET", **content: Any) -> requests.Response:
            return session.request(method, f"{address}/api/{path}", timeout=10, **content)

        yield send


def got(ask: Any, path: str, **params: Any) -> Any:
    answer = ask(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


# BambooHR's own description of the answers


@cache
def specification() -> dict[str, Any]:
    beside = Path(__file__).parents[3] / "shared" / "specs"
    folder = Path(os.environ.get("ALIGNMART_SPECS", beside))
    file = folder / "bamboohr.yaml"
    if not file.exists():
        pytest.skip(f"no {file.name} in {folder}: set ALIGNMART_SPECS")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(file.read_text(encoding="utf-8"), Loader=loader)


EMPLOYEES = "v1/employees"
TABLE = "v1/employees/{id}/tables/{table}"
DATASET = "v2/datasets/{datasetName}/data"
GOALS = "v1/performance/employees/{employeeId}/goals"
FIELDS = "workEmail,hireDate,locationName,reportsToName,reportsToId"

ANSWERS = [
    ("get", EMPLOYEES, EMPLOYEES, {"params": {"fields": FIELDS, "page[limit]": 10}}),
    ("get", EMPLOYEES, EMPLOYEES, {"params": {"filter[status]": "inactive"}}),
    ("get", "v1/employees/changed", "v1/employees/changed", {"params": {"since": "2020-01-01"}}),
    ("get", "v1/employees/all/tables/jobInfo", TABLE, {}),
    ("get", "v1/employees/all/tables/employmentStatus", TABLE, {}),
    ("get", f"v1/employees/all/tables/{payloads.SECOND}", TABLE, {}),
    ("get", "v1/meta/lists", "v1/meta/lists", {}),
    ("get", "v1/meta/tables", "v1/meta/tables", {}),
    ("get", "v1/meta/fields", "v1/meta/fields", {}),
    ("get", "v1_2/datasets/employee/fields", "v1_2/datasets/{datasetName}/fields",
     {"params": {"page_size": 5}}),
    ("post", "v2/datasets/employee/data", DATASET,
     {"json": {"fields": list(payloads.DATASET), "pageSize": 20}}),
    ("get", GOALS, GOALS, {"params": {"filter": "status-all"}}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "written", "content"), ANSWERS, ids=lambda v: str(v)[:40]
)
def test_every_answer_is_as_bamboohrs_specification_says(
    ask: Any, bamboo: Bamboo, method: str, path: str, written: str, content: dict[str, Any]
) -> None:
    path = path.replace("{employeeId}", sorted(bamboo.site.goals)[-1])
    answer = ask(path, method, **content)
    assert answer.status_code == 200, answer.text
    spec = specification()
    found = spec["paths"][f"/api/{written}"][method]["responses"]["200"]["content"]
    schema = {"components": spec["components"], **found["application/json"]["schema"]}
    errors = [
        f"{error.json_path}: {error.message[:200]}"
        for error in Draft202012Validator(schema).iter_errors(answer.json())
    ]
    assert errors == []
    assert answer.json(), "an empty answer proves nothing"


def test_a_wrong_shape_would_be_noticed(ask: Any) -> None:
    spec = specification()
    whole = {
        "components": spec["components"],
        "$ref": "#/components/schemas/GetEmployeesResponseObject",
    }
    page = got(ask, EMPLOYEES)
    assert not list(Draft202012Validator(whole).iter_errors(page))
    assert list(Draft202012Validator(whole).iter_errors(page | {"meta": {}}))
    page["data"][0]["employeeId"] = 7
    assert list(Draft202012Validator(whole).iter_errors(page))


# The key, and the format


@pytest.mark.parametrize("auth", [None, ("wrong", "x"), ("", KEY), ("x", KEY)])
def test_who_has_no_right_key_gets_401(ask: Any, bamboo: Bamboo, auth: Any) -> None:
    answer = requests.get(f"{bamboo.site.base}/api/{EMPLOYEES}", auth=auth, timeout=10)
    assert answer.status_code == 401


def test_any_password_will_do(ask: Any, bamboo: Bamboo) -> None:
    url = f"{bamboo.site.base}/api/v1/meta/tables"
    for password in ("x", "anything", ""):
        assert requests.get(url, auth=(KEY, password), headers=JSON, timeout=10).ok


@pytest.mark.parametrize("accept", [None, "*/*", "application/xml", "text/html"])
@pytest.mark.parametrize("path", ["v1/meta/lists", "v1/employees/all/tables/jobInfo"])
def test_who_does_not_ask_for_json_gets_xml(ask: Any, path: str, accept: str | None) -> None:
    answer = ask(path, headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "application/xml"
    xml = ElementTree.fromstring(answer.text)
    assert len(xml) > 3


# The list of employees


def everybody(ask: Any, **params: Any) -> list[dict[str, Any]]:
    found, page = [], got(ask, EMPLOYEES, **params)
    while cursor := page["meta"]["page"]["nextCursor"]:
        found += page["data"]
        page = got(ask, EMPLOYEES, **params, **{"page[after]": cursor})
    return found + page["data"]


def test_pages_together_give_every_employee_once(ask: Any, world: World) -> None:
    found = everybody(ask, **{"page[limit]": 7})
    assert [one["employeeId"] for one in found] == world.people["person"].sort().to_list()


def test_a_cursor_is_opaque_and_one_that_is_no_more_is_refused(ask: Any) -> None:
    page = got(ask, EMPLOYEES, **{"page[limit]": 3})
    assert not page["meta"]["page"]["nextCursor"].isdigit()
    assert page["meta"]["page"]["nextCursor"] in page["_links"]["next"]["href"]
    answer = ask(EMPLOYEES, params={"page[after]": "3"})
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "BadPage"


@pytest.mark.parametrize("limit", [0, 2501, "many"])
def test_a_page_is_of_1_to_2500(ask: Any, limit: Any) -> None:
    assert ask(EMPLOYEES, params={"page[limit]": limit}).status_code == 400


def test_unknown_fields_are_passed_over(ask: Any) -> None:
    one = got(ask, EMPLOYEES, fields="hireDate,employeeNumber,nonsense")["data"][0]
    assert "hireDate" in one and not {"employeeNumber", "nonsense"} & set(one)
    assert one["_restrictedFields"] == []


def test_hidden_fields_are_null_and_named(ask: Any, world: World) -> None:
    found = {one["employeeId"]: one for one in everybody(ask, fields=FIELDS)}
    shy = found[world.people["person"][6]]
    assert shy["_restrictedFields"] == ["lastName", "workEmail"] and shy["workEmail"] is None
    gone = found[world.people["person"][5]]
    assert (
        gone["firstName"] is None and gone["photoUrl"] and "hireDate" in gone["_restrictedFields"]
    )


def test_who_hides_a_filtered_or_sorted_field_is_left_out(ask: Any, world: World) -> None:
    shy = world.people["person"][6]
    name = world.people["full_name"][6].partition(" ")[2]
    found = everybody(ask, **{"filter[lastName]": name})
    assert shy not in {one["employeeId"] for one in found}
    assert shy not in {one["employeeId"] for one in everybody(ask, sort="-lastName")}
    assert ask(EMPLOYEES, params={"sort": "hireDate"}).status_code == 400


def test_who_has_left_is_inactive_and_listed(ask: Any, world: World, as_of: dt.datetime) -> None:
    gone = world.people.filter(pl.col("left_on") < as_of.date())["person"]
    found = {one["employeeId"] for one in everybody(ask, **{"filter[status]": "inactive"})}
    assert set(gone) - found <= {world.people["person"][5]} and len(found) > 2


def test_a_future_hire_is_inactive_and_looks_blank(world: World) -> None:
    newest = world.people.sort("hired_on")["hired_on"][-1]
    site = Site(world, end_of(newest - dt.timedelta(days=3)), ahead=5)
    (later,) = [one for one in site.employees.values() if one["hireDate"] == str(newest)]
    assert later["status"] == "Inactive"
    assert later["jobTitleName"] is later["locationName"] is later["reportsToId"] is None
    assert later["employeeId"] in {row["employeeId"] for row in site.tables["jobInfo"]}


# Tables


def test_rows_of_a_table_are_out_of_order_and_lack_what_may_not_be_seen(
    ask: Any, world: World
) -> None:
    rows = got(ask, "v1/employees/all/tables/jobInfo")
    order = [(row["employeeId"], row["date"]) for row in rows]
    assert order != sorted(order) and order != sorted(order, key=lambda key: key[1])
    assert all("manager" not in row for row in rows)
    shy, hidden = world.people["person"][6], world.people["person"][5]
    assert {"department" in row for row in rows if row["employeeId"] == shy} == {False}
    assert hidden not in {row["employeeId"] for row in rows}
    assert [row["id"] for row in got(ask, "v1/employees/all/tables/jobInfo")] == [
        row["id"] for row in rows
    ]


def test_rows_of_one_employee_are_a_part_of_all(ask: Any, world: World) -> None:
    key = world.people["person"][0]
    rows = got(ask, f"v1/employees/{key}/tables/jobInfo")
    every = got(ask, "v1/employees/all/tables/jobInfo")
    assert rows == [row for row in every if row["employeeId"] == key] and rows


@pytest.mark.parametrize("path", ["all/tables/nonsense", "42/tables/jobInfo"])
def test_unknown_tables_and_employees_are_not_found(ask: Any, path: str) -> None:
    assert ask(f"v1/employees/{path}").status_code == 404


def test_a_reorganisation_splits_the_rows_of_those_who_work_there(
    bamboo: Bamboo, world: World
) -> None:
    days = world.units.filter(pl.col("unit").is_duplicated())["valid_from"].max()
    split = [row for row in bamboo.site.tables["jobInfo"] if row["id"].startswith("4")]
    assert split and str(days) in {row["date"] for row in split}


# Changes, datasets, goals


def test_changes_are_those_since_an_instant(ask: Any, bamboo: Bamboo) -> None:
    every = got(ask, "v1/employees/changed", since="1990-01-01T00:00:00Z")["employees"]
    assert set(every) == set(bamboo.site.employees)
    times = sorted(change["lastChanged"] for change in every.values())
    late = got(ask, "v1/employees/changed", since=times[-3])["employees"]
    assert {change["lastChanged"] for change in late.values()} == set(times[-3:])
    assert ask("v1/employees/changed").status_code == 400


def test_a_dataset_has_names_of_its_own_and_writes_what_is_unset_as_text(
    ask: Any, bamboo: Bamboo, world: World
) -> None:
    body = {"fields": ["eeid", "employeeNumber", "terminationDate"], "pageSize": 1000}
    rows = ask("v2/datasets/employee/data", "POST", json=body).json()["data"]
    by_key = {row["fields"]["eeid"]: row for row in rows}
    assert set(by_key) == set(bamboo.site.employees)
    assert payloads.NO_DATE in {row["fields"]["terminationDate"] for row in rows}
    shy = by_key[world.people["person"][6]]
    assert shy["fields"]["employeeNumber"] == "" and shy["_restrictedFields"] == ["employeeNumber"]
    wrong = ask("v2/datasets/employee/data", "POST", json={"fields": ["workEmail"]})
    assert wrong.status_code == 422 and wrong.headers["Content-Type"] == "application/problem+json"


def test_the_pages_of_a_dataset_are_numbered(ask: Any, bamboo: Bamboo) -> None:
    keys, page, last = list[str](), 1, 1
    while page <= last:
        body = {"fields": ["eeid"], "pageSize": 9, "page": page, "orderBy": "eeid asc"}
        answer = ask("v2/datasets/employee/data", "POST", json=body).json()
        keys += [row["fields"]["eeid"] for row in answer["data"]]
        last, page = answer["meta"]["totalPages"], page + 1
    assert keys == sorted(bamboo.site.employees) and last > 3


def test_goals_are_at_most_50_closed_ones_only_if_asked_for_and_some_private(
    ask: Any, bamboo: Bamboo, world: World
) -> None:
    first, private = world.people["person"][0], sorted(bamboo.site.goals)[0]
    assert private == first or ask(f"v1/performance/employees/{private}/goals").status_code == 403
    owner = sorted(bamboo.site.goals)[-1]
    goals = bamboo.site.goals[owner]
    goals[0]["status"] = "closed"
    path = f"v1/performance/employees/{owner}/goals"
    every = got(ask, path, filter="status-all")["goals"]
    assert [goal["id"] for goal in every] == [goal["id"] for goal in goals]
    assert [goal["id"] for goal in got(ask, path)["goals"]] == [goal["id"] for goal in goals[1:]]
    bare = Manners(KEY, goals_of={owner: 70})
    with serving(Bamboo(bamboo.site, bare, Trouble(()))) as address:
        answer = requests.get(f"{address}/api/{path}", auth=(KEY, "x"), timeout=10).json()
    assert len(answer["goals"]) == 50


# A busy BambooHR, the process


@pytest.mark.parametrize(
    ("day", "status"), [(dt.date(2026, 9, 15), 503), (dt.date(2026, 9, 16), 429)]
)
def test_a_busy_bamboohr_says_503_until_mid_september_2026_and_429_since(
    world: World, day: dt.date, status: int
) -> None:
    trouble = Trouble((Fault("lists", "busy", retry_after=4),))
    with serving(Bamboo(Site(world, end_of(day)), Manners(KEY), trouble)) as address:
        url = f"{address}/api/v1/meta/lists"
        first, second = (
            requests.get(url, auth=(KEY, "x"), headers=JSON, timeout=10) for _ in range(2)
        )
    assert (first.status_code, first.headers["Retry-After"]) == (status, "4")
    assert second.status_code == 200


def test_units_that_change_their_level_too_often_are_refused(world: World) -> None:
    deep = pl.DataFrame(
        {
            "unit": [str(n) for n in range(5)],
            "name": [f"U{n}" for n in range(5)],
            "parent": [None, "0", "1", "2", "3"],
            "head": [None] * 5,
            "valid_from": [world.start] * 5,
        },
        schema=world.units.schema,
    )
    with pytest.raises(ValueError, match="unit 4 is 4 levels down"):
        Site(replace(world, units=deep), end_of(world.end))


def test_the_process_serves_the_same_and_is_gone_afterwards(
    world: World, as_of: dt.datetime, bamboo: Bamboo
) -> None:
    with running(world, as_of, key=KEY, faults=()) as address:
        url = f"{address}/api/v1/employees/all/tables/{payloads.SECOND}"
        answer = requests.get(url, auth=(KEY, "x"), headers=JSON, timeout=10)
        assert answer.json() == bamboo.site.tables[payloads.SECOND]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=2)


def test_a_process_that_cannot_start_says_so(tmp_path: Path, as_of: dt.datetime) -> None:
    with (
        pytest.raises(RuntimeError, match="ended with 1"),
        running(tmp_path / "nowhere", as_of, key=KEY),
    ):
        pytest.fail("it came up without a world")
