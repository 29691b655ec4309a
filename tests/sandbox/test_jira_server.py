"""The stand-in Jira Cloud has the vendor's habits and speaks as its specification says."""

from __future__ import annotations

import datetime as dt
import os
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import polars as pl
import pytest
import requests
from jsonschema import Draft202012Validator

from sandbox import company
from sandbox.jira_faults import Fault, Manners, Trouble
from sandbox.jira_server import Jira, running, serving
from sandbox.jira_site import Site
from sandbox.world import World, end_of

EMAIL, TOKEN = "reader@sample.example", "a-token"
JIRA_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[-+]\d{4}$")


@pytest.fixture(scope="module")
def world() -> World:
    return company.generate(seed=3, people=40, months=4)


@pytest.fixture(scope="module")
def as_of(world: World) -> dt.datetime:
    return end_of(world.end)


@pytest.fixture(scope="module")
def jira(world: World, as_of: dt.datetime) -> Jira:
    busiest = world.worklogs["item"].value_counts(sort=True)["item"][0]
    logs = world.worklogs.filter(pl.col("item") == busiest)["worklog"]
    manners = Manners(
        EMAIL,
        TOKEN,
        forbidden=frozenset({world.items["item"][-1]}),
        hidden_worklogs=frozenset({int(logs[0])}),
    )
    return Jira(Site(world, as_of), manners, Trouble(()))


@pytest.fixture(scope="module")
def ask(jira: Jira) -> Iterator[Any]:
    with serving(jira) as address, requests.Session() as session:
        session.auth = (EMAIL, TOKEN)

        def send(method: str, path: str, **content: Any) -> requests.Response:
            return session.request(method, f"{address}/rest/api/3/{path}", timeout=10, **content)

        yield send


def found(ask: Any, jql: str, **more: Any) -> dict[str, Any]:
    answer = ask("POST", "search/jql", json={"jql": jql, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def everything(ask: Any, jql: str, **more: Any) -> list[dict[str, Any]]:
    issues, page = [], found(ask, jql, **more)
    while "nextPageToken" in page:
        issues += page["issues"]
        page = found(ask, jql, nextPageToken=page["nextPageToken"], **more)
    return issues + page["issues"]


# Atlassian's own description of the answers


def specification() -> dict[str, Any]:
    beside = Path(__file__).parents[3] / "shared" / "specs"
    folder = Path(os.environ.get("ALIGNMART_SPECS", beside))
    file = folder / "jira_cloud_v3.json"
    if not file.exists():
        pytest.skip(f"no {file.name} in {folder}: set ALIGNMART_SPECS")
    return orjson.loads(file.read_bytes())


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable` becomes a type."""
    if isinstance(node, list):
        return [as_json_schema(part) for part in node]
    if not isinstance(node, dict):
        return node
    node = {key: as_json_schema(value) for key, value in node.items()}
    if node.pop("nullable", False) is True and isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
    return node


def with_known_deviations(spec: dict[str, Any], path: str) -> dict[str, Any]:
    """Where Jira's answers are known to differ from its specification.

    - Sides of a change are null where there is none; the specification says text.
    - `emailAddress` is null where the profile's privacy hides it; the specification says text.
    - `changelog/bulkfetch` gives `created` as milliseconds; its schema says date-time text, while
      the specification's own example shows a number.
    - POST issue/bulkfetch describes `issueErrors` without the text of the error.
    """
    schemas = spec["components"]["schemas"]
    for name in ("from", "fromString", "to", "toString"):
        schemas["ChangeDetails"]["properties"][name]["type"] = ["string", "null"]
    schemas["User"]["properties"]["emailAddress"]["type"] = ["string", "null"]
    if path == "/rest/api/3/changelog/bulkfetch":
        schemas["Changelog"]["properties"]["created"] = {"type": "integer"}
    return spec


ANSWERS = [
    ("GET", "serverInfo", {}),
    ("GET", "myself", {}),
    ("GET", "field", {}),
    ("GET", "status", {}),
    ("GET", "issuetype", {}),
    ("GET", "project/search", {"params": {"maxResults": 2}}),
    ("GET", "users/search", {"params": {"maxResults": 1000}}),
    ("GET", "user/properties/employeeNumber", {"params": {"accountId": "somebody"}}),
    ("GET", "search/jql", {"params": {"jql": "updated >= 0", "fields": "*all", "maxResults": 50,
                                      "expand": "changelog"}}),
    ("POST", "search/jql", {"json": {"jql": "updated >= 0", "fields": ["summary"]}}),
    ("POST", "search/approximate-count", {"json": {"jql": "updated >= 0"}}),
    ("POST", "issue/bulkfetch", {"json": {"issueIdsOrKeys": ["10001", "99"], "fields": ["*all"]}}),
    ("POST", "changelog/bulkfetch", {"json": {"issueIdsOrKeys": ["10001", "10003"],
                                              "maxResults": 1}}),
    ("GET", "issue/10001/changelog", {"params": {"maxResults": 2}}),
    ("GET", "issue/10001/worklog", {}),
    ("GET", "worklog/updated", {"params": {"since": 0}}),
    ("GET", "worklog/deleted", {"params": {"since": 0}}),
    ("POST", "worklog/list", {"json": {"ids": [20000001, 20000002]}}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "content"), ANSWERS, ids=lambda v: str(v)[:40])
def test_every_answer_is_as_atlassians_specification_says(
    ask: Any, jira: Jira, method: str, path: str, content: dict[str, Any]
) -> None:
    if path.startswith("user/properties"):
        account = next(key for key, number in jira.site.numbers.items() if number)
        content = {"params": {"accountId": account}}
    answer = ask(method, path, **content)
    assert answer.status_code == 200, answer.text
    written = "/rest/api/3/" + re.sub(r"^issue/\d+/", "issue/{issueIdOrKey}/", path).replace(
        "properties/employeeNumber", "properties/{propertyKey}"
    )
    spec = with_known_deviations(specification(), written)
    schema = spec["paths"][written][method.lower()]["responses"]["200"]["content"]
    whole = as_json_schema(
        {"components": spec["components"], **schema["application/json"]["schema"]}
    )
    errors = [
        f"{error.json_path}: {error.message[:200]}"
        for error in Draft202012Validator(whole).iter_errors(answer.json())
    ]
    assert errors == []
    assert answer.json(), "an empty answer proves nothing"


def test_a_wrong_shape_would_be_noticed(ask: Any) -> None:
    spec = with_known_deviations(specification(), "")
    whole = as_json_schema(
        {"components": spec["components"], "$ref": "#/components/schemas/SearchAndReconcileResults"}
    )
    page = found(ask, "updated >= 0")
    assert not list(Draft202012Validator(whole).iter_errors(page))
    assert list(Draft202012Validator(whole).iter_errors(page | {"total": 3}))
    assert list(Draft202012Validator(whole).iter_errors({"issues": [{"id": 3}]}))


# Authentication


@pytest.mark.parametrize("auth", [None, (EMAIL, "wrong"), ("other@sample.example", TOKEN)])
def test_who_has_no_right_token_gets_401(ask: Any, jira: Jira, auth: Any) -> None:
    answer = requests.get(f"{jira.site.base}/rest/api/3/myself", auth=auth, timeout=10)
    assert answer.status_code == 401


# Search


def test_search_gives_ids_alone_unless_fields_are_asked_for(ask: Any) -> None:
    issue = found(ask, "updated >= 0")["issues"][0]
    assert set(issue) == {"id", "self"}
    named = found(ask, "updated >= 0", fields=["status", "worklog"])["issues"][0]
    assert set(named["fields"]) == {"status", "worklog"}


def test_search_gives_at_most_100_issues_with_fields_and_5000_ids(ask: Any, jira: Jira) -> None:
    assert len(jira.site.issues) > 100
    page = found(ask, "updated >= 0", fields=["summary"], maxResults=5000)
    assert len(page["issues"]) == 100 and page["isLast"] is False
    ids = found(ask, "updated >= 0", fields=["id"], maxResults=5000)
    assert len(ids["issues"]) == len(jira.site.issues)


def test_the_last_page_has_no_token_and_no_page_has_a_total(ask: Any) -> None:
    first = found(ask, "updated >= 0", maxResults=7)
    last = found(ask, "updated >= 0", maxResults=5000)
    assert "nextPageToken" in first and first["isLast"] is False
    assert "nextPageToken" not in last and last["isLast"] is True
    assert not {"total", "startAt"} & (set(first) | set(last))


def test_pages_together_give_every_issue_once(ask: Any, jira: Jira) -> None:
    ids = [issue["id"] for issue in everything(ask, "updated >= 0 order by key", maxResults=17)]
    assert sorted(ids) == sorted(jira.site.issues)


def test_milliseconds_in_a_query_are_exact(ask: Any, jira: Jira) -> None:
    at = sorted(issue.updated for issue in jira.site.issues.values())[100]
    expected = {key for key, issue in jira.site.issues.items() if issue.updated >= at}
    assert {i["id"] for i in everything(ask, f"updated >= {at}", maxResults=5000)} == expected
    later = {i["id"] for i in everything(ask, f"updated >= {at + 1}", maxResults=5000)}
    assert later < expected


def test_a_bare_date_time_is_read_in_the_accounts_zone_and_to_the_minute(
    ask: Any, jira: Jira
) -> None:
    some = sorted(issue.updated for issue in jira.site.issues.values())[100]
    limit = (some // 60_000 + 1) * 60_000
    utc = dt.datetime.fromtimestamp(limit / 1000, dt.UTC)
    in_kolkata = utc + dt.timedelta(hours=5, minutes=30)
    expected = {key for key, issue in jira.site.issues.items() if issue.updated >= limit}

    def since(at: dt.datetime) -> set[str]:
        jql = f'updated >= "{at:%Y-%m-%d %H:%M}"'
        return {issue["id"] for issue in everything(ask, jql, maxResults=5000)}

    assert since(in_kolkata) == expected
    assert since(utc) > expected


@pytest.mark.parametrize(
    ("jql", "words"),
    [
        ("order by created", "Unbounded"),
        ("", "Unbounded"),
        ('updated >= "2026-09-15 08:00:00"', "is invalid"),
        ("updated >= 2026-09-15T08:00:00Z", "is invalid"),
        ('project in ("NOPE")', "does not exist for the field 'project'"),
        ("assignee = currentUser()", "does not exist"),
        ("updated >= 0 or created >= 0", "AND"),
        ("updated >= 0 and", "ends after"),
        ("updated >= 0 order by " + "key, " * 7 + "created", "at most 7"),
    ],
)
def test_queries_that_jira_refuses_get_400_and_a_reason(ask: Any, jql: str, words: str) -> None:
    answer = ask("POST", "search/jql", json={"jql": jql})
    assert answer.status_code == 400
    assert words in answer.json()["errorMessages"][0]


def test_get_and_post_search_alike(ask: Any) -> None:
    params = {"jql": "project in (CORP) order by key", "fields": "summary,status", "maxResults": 5}
    body = params | {"fields": ["summary", "status"]}
    got, posted = ask("GET", "search/jql", params=params), ask("POST", "search/jql", json=body)
    assert got.json() == posted.json()
    assert len(got.json()["issues"]) == 5


def test_an_unknown_token_is_refused(ask: Any) -> None:
    answer = ask("POST", "search/jql", json={"jql": "updated >= 0", "nextPageToken": "!!"})
    assert answer.status_code == 400


# What Jira cuts off


def test_an_issues_own_worklog_field_ends_after_20(ask: Any, jira: Jira) -> None:
    busy = max(jira.site.issues.values(), key=lambda issue: len(issue.worklogs))
    assert len(busy.worklogs) > 20
    page = found(ask, f"id = {busy.id}", fields=["worklog"])
    field = page["issues"][0]["fields"]["worklog"]
    assert (len(field["worklogs"]), field["total"]) == (20, len(busy.worklogs))


def test_expanded_changelogs_end_after_100_newest_first(world: World, as_of: dt.datetime) -> None:
    one = world.item_events.filter(pl.col("item") == "10003", pl.col("field") == "status").head(1)
    many = pl.concat([one] * 130).with_columns(
        event=pl.int_range(1, 131, dtype=pl.Int64),
        at=pl.col("at") + pl.duration(minutes=pl.int_range(130)),
    )
    jira = Jira(Site(replace(world, item_events=many), as_of), Manners(EMAIL, TOKEN), Trouble(()))
    with serving(jira) as address:
        answer = requests.get(
            f"{address}/rest/api/3/search/jql",
            params={"jql": "id = 10003", "fields": "status", "expand": "changelog"},
            auth=(EMAIL, TOKEN),
            timeout=10,
        ).json()
    changelog = answer["issues"][0]["changelog"]
    assert (len(changelog["histories"]), changelog["total"]) == (100, 130)
    assert [int(one["id"]) for one in changelog["histories"][:2]] == [130, 129]


# Histories


def test_bulk_histories_carry_numbers_and_single_ones_text(ask: Any, jira: Jira) -> None:
    issue = next(one for one in jira.site.issues.values() if len(one.histories) > 2)
    bulk = ask("POST", "changelog/bulkfetch", json={"issueIdsOrKeys": [issue.key]}).json()
    single = ask("GET", f"issue/{issue.key}/changelog").json()
    numbers = [one["created"] for one in bulk["issueChangeLogs"][0]["changeHistories"]]
    texts = [one["created"] for one in single["values"]]
    assert all(isinstance(number, int) for number in numbers)
    assert all(JIRA_TIME.match(text) for text in texts)
    read = [dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() for text in texts]
    assert [number / 1000 for number in numbers] == read == sorted(read)


def test_one_issues_histories_go_on_over_pages(ask: Any, jira: Jira) -> None:
    chosen = [one.id for one in jira.site.issues.values() if len(one.histories) > 2][:3]
    body: dict[str, Any] = {"issueIdsOrKeys": chosen, "maxResults": 2}
    seen: list[tuple[str, str]] = []
    pages = 0
    while True:
        page = ask("POST", "changelog/bulkfetch", json=body).json()
        pages += 1
        for log in page["issueChangeLogs"]:
            seen += [(log["issueId"], one["id"]) for one in log["changeHistories"]]
        if "nextPageToken" not in page:
            break
        body["nextPageToken"] = page["nextPageToken"]
    expected = [(key, one["id"]) for key in chosen for one in jira.site.issues[key].histories]
    assert seen == expected and pages > 2


def test_histories_can_be_asked_for_by_field(ask: Any, jira: Jira) -> None:
    goals = "customfield_10200"
    ids = sorted(set(jira.site.issues) - jira.manners.forbidden)
    body = {"issueIdsOrKeys": ids, "fieldIds": [goals], "maxResults": 10000}
    page = ask("POST", "changelog/bulkfetch", json=body).json()
    items = [
        item
        for log in page["issueChangeLogs"]
        for history in log["changeHistories"]
        for item in history["items"]
    ]
    assert items and all(item["fieldId"] == goals and "field" not in item for item in items)


# Worklogs


def test_changed_worklogs_leave_out_the_last_minute(world: World) -> None:
    newest = world.worklogs.sort("created_at").row(-1, named=True)
    shown = {}
    for seconds in (30, 60):
        moment = newest["created_at"] + dt.timedelta(seconds=seconds)
        jira = Jira(Site(world, moment), Manners(EMAIL, TOKEN), Trouble(()))
        since = int(moment.timestamp() * 1000) - 120_000
        with serving(jira) as address:
            answer = requests.get(
                f"{address}/rest/api/3/worklog/updated",
                params={"since": since},
                auth=(EMAIL, TOKEN),
                timeout=10,
            ).json()
        shown[seconds] = {row["worklogId"] for row in answer["values"]}
    assert int(newest["worklog"]) not in shown[30]
    assert int(newest["worklog"]) in shown[60]


def test_changed_worklogs_come_in_pages_of_1000_and_hidden_ones_not(ask: Any, jira: Jira) -> None:
    path, ids, pages = "worklog/updated?since=0", list[int](), 0
    while True:
        page = ask("GET", path).json()
        pages += 1
        ids += [row["worklogId"] for row in page["values"]]
        if page["lastPage"]:
            break
        path = page["nextPage"].partition("/rest/api/3/")[2]
    held_back = jira.site.now - 60_000
    expected = {key for key, log in jira.site.worklogs.items() if log["at"] <= held_back}
    assert sorted(ids) == sorted(expected - jira.manners.hidden_worklogs)
    assert pages == -(-len(ids) // 1000)
    hidden = next(iter(jira.manners.hidden_worklogs))
    listed = ask("POST", "worklog/list", json={"ids": [hidden, ids[0]]}).json()
    assert [log["id"] for log in listed] == [str(ids[0])]


def test_deleted_worklogs_and_issues_are_gone(world: World, as_of: dt.datetime) -> None:
    log = world.worklogs.row(5, named=True)
    item = next(i for i in world.items["item"] if i != log["item"])
    deleted = as_of - dt.timedelta(hours=1)
    gone = replace(
        world,
        worklogs=world.worklogs.with_columns(
            deleted_at=pl.when(pl.col("worklog") == log["worklog"]).then(pl.lit(deleted))
        ),
        items=world.items.with_columns(
            deleted_at=pl.when(pl.col("item") == item).then(pl.lit(deleted))
        ),
    )
    jira = Jira(Site(gone, as_of), Manners(EMAIL, TOKEN), Trouble(()))
    with serving(jira) as address:
        url = f"{address}/rest/api/3/worklog/deleted"
        answer = requests.get(url, auth=(EMAIL, TOKEN), timeout=10).json()
    assert [row["worklogId"] for row in answer["values"]] == [int(log["worklog"])]
    assert int(log["worklog"]) not in jira.site.worklogs and item not in jira.site.issues
    assert item in Site(gone, deleted - dt.timedelta(minutes=1)).issues


# People, times, refusals


def test_users_are_a_bare_array_with_apps_inactive_people_and_hidden_mail(ask: Any) -> None:
    users = ask("GET", "users/search", params={"maxResults": 1000}).json()
    assert isinstance(users, list)
    assert "app" in {user["accountType"] for user in users}
    assert {user["active"] for user in users} == {True, False}
    assert None in {user["emailAddress"] for user in users}
    assert ask("GET", "users/search", params={"startAt": len(users)}).json() == []


def test_times_are_in_the_default_users_zone_and_the_clock_is_as_of(
    ask: Any, as_of: dt.datetime
) -> None:
    info = ask("GET", "serverInfo").json()
    assert JIRA_TIME.match(info["serverTime"]) and info["serverTime"].endswith("-0700")
    clock = dt.datetime.strptime(info["serverTime"], "%Y-%m-%dT%H:%M:%S.%f%z")
    assert dt.timedelta(0) <= as_of - clock < dt.timedelta(milliseconds=1)
    assert ask("GET", "myself").json()["timeZone"] == "Asia/Kolkata"


def test_forbidden_records_get_403(ask: Any, jira: Jira) -> None:
    (key,) = jira.manners.forbidden
    assert ask("GET", f"issue/{key}/changelog").status_code == 403
    assert ask("GET", f"issue/{key}/worklog").status_code == 403
    body = {"issueIdsOrKeys": ["10001", key]}
    assert ask("POST", "changelog/bulkfetch", json=body).status_code == 403


def test_a_busy_jira_says_how_long_to_wait(world: World, as_of: dt.datetime) -> None:
    faults = (Fault("myself", "busy", retry_after=1), Fault("myself", "busy", at=2))
    jira = Jira(Site(world, as_of), Manners(EMAIL, TOKEN), Trouble(faults))
    with serving(jira) as address:
        url = f"{address}/rest/api/3/myself"
        first, second, third = (
            requests.get(url, auth=(EMAIL, TOKEN), timeout=10) for _ in range(3)
        )
    assert (first.status_code, first.headers["Retry-After"]) == (429, "1")
    assert first.headers["RateLimit-Reason"] == "jira-burst-based"
    assert second.status_code == 429 and "Retry-After" not in second.headers
    assert third.status_code == 200 and third.headers["X-RateLimit-Limit"] == "100"


# The process


def test_the_process_serves_the_same_and_is_gone_afterwards(
    world: World, as_of: dt.datetime, jira: Jira
) -> None:
    with running(world, as_of, email=EMAIL, token=TOKEN, faults=()) as address:
        answer = requests.post(
            f"{address}/rest/api/3/search/jql",
            json={"jql": "updated >= 0", "maxResults": 5000},
            auth=(EMAIL, TOKEN),
            timeout=10,
        )
        assert {issue["id"] for issue in answer.json()["issues"]} == set(jira.site.issues)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=2)


def test_a_process_that_cannot_start_says_so(tmp_path: Path, as_of: dt.datetime) -> None:
    with (
        pytest.raises(RuntimeError, match="ended with 1"),
        running(tmp_path / "nowhere", as_of, email=EMAIL, token=TOKEN),
    ):
        pytest.fail("it came up without a world")
