"""The Jira Cloud connector reads all, misses nothing later, and says what it asks for."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import orjson
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from pydantic import ValidationError

from connectors.contract import Page, SourceError
from connectors.tracking.jira_cloud_settings import JiraCloudSettings
from sandbox.jira_faults import ORDINARY
from sandbox.jira_server import serving
from sandbox.world import World, end_of
from tests.connectors.jira_reading import (
    COMPARED,
    EMAIL,
    TOKEN,
    Read,
    comparable,
    connector,
    expected,
    jira,
    last_night,
    pulled,
    read,
    site,
    world,
)

Milliseconds = dt.timedelta(milliseconds=1)


@pytest.fixture(scope="module")
def whole() -> Read:
    """A first read on an ordinary night, with the few refusals of a busy Jira."""
    with serving(jira(*ORDINARY)) as url:
        return read(connector(url))


# A first read


@pytest.mark.parametrize("frame", COMPARED)
def test_a_first_read_equals_what_the_world_says(whole: Read, frame: str) -> None:
    assert whole.quarantine == []
    assert_frame_equal(comparable(frame, whole.rows[frame]), expected(frame))


def test_a_first_read_sweeps_every_key_and_is_complete(whole: Read) -> None:
    sweeps = whole.rows["key_sweeps"]
    assert sweeps["is_complete"].all() and whole.result.incomplete == {}
    for frame, key in (("work_items", "work_item_key"), ("worklogs", "worklog_key")):
        swept = sweeps.filter(pl.col("frame") == frame)["key"].sort()
        assert swept.to_list() == whole.rows[frame][key].sort().to_list()
    assert last_night() - sweeps["swept_at"].unique().item() < Milliseconds


def test_a_row_names_the_page_it_came_from(whole: Read) -> None:
    row = whole.rows["work_items"].row(-1, named=True)
    page = whole.pages[row["page"]]
    assert page.stream == "issues"
    assert row["work_item_key"] in {issue["id"] for issue in orjson.loads(page.body)["issues"]}


def test_versions_are_the_times_of_the_source(whole: Read) -> None:
    items, logs = whole.rows["work_items"], whole.rows["worklogs"]
    assert (items["version"] == items["updated_at"]).all()
    written = world().worklogs.select(worklog_key="worklog", version="created_at")
    found = logs.select("worklog_key", "version").sort("worklog_key")
    assert_frame_equal(found, written.sort("worklog_key"))
    changes = whole.rows["work_item_changes"]
    assert (changes["version"] == changes["changed_at"]).all()


def test_goals_named_by_labels_equal_goals_named_by_a_field() -> None:
    options = {"mapping": {"goal_label_prefix": "goal-"}}
    with serving(jira(at=site(goals_as_labels=True))) as url:
        found = read(connector(url, **options))
    for frame in ("work_items", "work_item_changes"):
        assert_frame_equal(comparable(frame, found.rows[frame]), expected(frame))
    assert found.rows["work_items"]["labels"].str.contains("goal-").any()
    assert (found.rows["work_item_changes"]["field"] == "goal").any()


def test_the_size_of_pages_changes_nothing(whole: Read) -> None:
    with serving(jira(page_limit=9)) as url:
        found = read(connector(url, page_size=7))
    assert len(found.pages) > len(whole.pages)
    for frame in COMPARED:
        assert_frame_equal(comparable(frame, found.rows[frame]), expected(frame))


def test_mapping_archived_pages_again_gives_the_same_rows(whole: Read) -> None:
    source = connector("https://sample.atlassian.net")
    once = [(frame, rows.rows()) for frame, rows in source.map(enumerate(whole.pages))]
    again = [(frame, rows.rows()) for frame, rows in source.map(enumerate(whole.pages))]
    assert once == again and len(once) > 4


def test_worklogs_of_the_minute_that_jira_holds_back_are_read_too() -> None:
    newest = world().worklogs.sort("created_at").row(-1, named=True)
    moment = newest["created_at"] + dt.timedelta(seconds=30)
    with serving(jira(at=site(moment))) as url:
        found = read(connector(url))
    assert newest["worklog"] in found.rows["worklogs"]["worklog_key"]
    swept = found.rows["key_sweeps"].filter(pl.col("frame") == "worklogs")["key"]
    assert newest["worklog"] in swept


# What is asked


def test_only_mapped_fields_are_asked_for() -> None:
    server = jira()
    with serving(server) as url:
        pulled(connector(url, mapping={"points_field": None, "extra_fields": ("description",)}))
    asked = {name for method, _, body in server.asked for name in body.get("fields", ())}
    assert {"description", "customfield_10200", "customfield_10015", "status"} <= asked
    assert not {"customfield_10016", "*all", "worklog", "comment"} & asked
    histories = next(body for _, path, body in server.asked if path == "changelog/bulkfetch")
    names = {"status", "assignee", "parent", "duedate", "customfield_10200"}
    assert set(histories["fieldIds"]) == names


def test_allowed_fields_arrive_in_extra() -> None:
    with serving(jira()) as url:
        found = read(connector(url, mapping={"extra_fields": ("description",)}))
    extra = orjson.loads(found.rows["work_items"]["extra"][0])
    assert extra["description"]["type"] == "doc" and list(extra) == ["description"]


def test_only_the_projects_named_are_read_with_their_worklogs() -> None:
    with serving(jira()) as url:
        found = read(connector(url, projects=("CORP",)))
    items = world().items
    ours = items.filter(pl.col("project") == "CORP")["item"]
    assert 0 < len(ours) < len(items)
    assert set(found.rows["work_items"]["work_item_key"]) == set(ours)
    logs = world().worklogs.filter(pl.col("item").is_in(ours.implode()))["worklog"]
    assert set(found.rows["worklogs"]["worklog_key"]) == set(logs)


def test_no_page_and_no_request_holds_the_token(whole: Read) -> None:
    for page in whole.pages:
        assert TOKEN not in page.request and TOKEN.encode() not in page.body
    settings = connector("https://sample.atlassian.net").settings
    assert TOKEN not in repr(settings) and TOKEN not in settings.model_dump_json()


@pytest.mark.parametrize("url", ["http://sample.atlassian.net", "sample.atlassian.net", "file:///"])
def test_an_address_that_would_show_the_token_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must be https"):
        JiraCloudSettings(url=url, email=EMAIL, token=TOKEN)  # type: ignore[arg-type]


# Later reads


def nights() -> list[dt.datetime]:
    """Five nights; the last one is that of the whole read."""
    days = (70, 45, 20, 3, 0)
    return [end_of(world().end - dt.timedelta(days=day)) for day in days]


def eventful() -> World:
    """The world, with childless work items and worklogs deleted between the nights."""
    at = last_night() - dt.timedelta(days=10)
    old = pl.col("created_at") < at - dt.timedelta(days=20)
    childless = ~pl.col("item").is_in(world().items["parent"].drop_nulls().implode())
    return replace(
        world(),
        items=world().items.with_columns(
            deleted_at=pl.when(old & childless & (pl.int_range(pl.len()) % 11 < 3)).then(pl.lit(at))
        ),
        worklogs=world().worklogs.with_columns(
            deleted_at=pl.when(old & (pl.int_range(pl.len()) % 13 == 5)).then(pl.lit(at))
        ),
    )


@pytest.fixture(scope="module")
def chain() -> list[Read]:
    """A read a night, each from the state of the one before."""
    state: dict[str, Any] = {}
    reads = []
    for night in nights():
        with serving(jira(*ORDINARY, at=site(night, eventful()))) as url:
            reads.append(read(connector(url), state))
        state = reads[-1].result.state
    return reads


def merged(frame: str, reads: list[Read]) -> pl.DataFrame:
    """What a warehouse holds: the newest version of each key; what the last sweep lacks is gone."""
    rows = pl.concat([one.rows[frame] for one in reads])
    rows = rows.sort("version", maintain_order=True).unique("record_key", keep="last")
    sweeps = reads[-1].rows["key_sweeps"].filter(pl.col("is_complete"))
    if frame == "accounts":
        return reads[-1].rows["accounts"]
    if frame in ("work_items", "worklogs"):
        swept = sweeps.filter(pl.col("frame") == frame)["key"]
        return rows.filter(pl.col("record_key").is_in(swept.implode()))
    items = sweeps.filter(pl.col("frame") == "work_items")["key"]
    return rows.filter(pl.col("work_item_key").is_in(items.implode()))


@pytest.mark.parametrize("frame", COMPARED)
def test_nights_one_after_the_other_miss_nothing(chain: list[Read], frame: str) -> None:
    for n, night in enumerate(nights(), 1):
        found = comparable(frame, merged(frame, chain[:n]))
        assert_frame_equal(found, expected(frame, night, eventful()))


def test_some_items_and_worklogs_were_deleted_between_the_nights() -> None:
    assert len(expected("work_items", None, eventful())) < len(expected("work_items"))
    assert len(expected("worklogs", None, eventful())) < len(expected("worklogs"))


def test_later_nights_read_only_what_changed(chain: list[Read]) -> None:
    everything = len(expected("work_items", None, eventful()))
    assert 0 < len(chain[-1].rows["work_items"]) < everything / 3
    assert 0 < len(chain[-1].rows["worklogs"]) < len(chain[0].rows["worklogs"])


@pytest.mark.parametrize("start", range(4))
def test_a_restart_from_every_state_ever_emitted_misses_nothing(
    chain: list[Read], start: int
) -> None:
    with serving(jira(at=site(None, eventful()))) as url:
        late = read(connector(url), chain[start].result.state)
    for frame in COMPARED:
        found = comparable(frame, merged(frame, [*chain[: start + 1], late]))
        assert_frame_equal(found, expected(frame, None, eventful()))


def test_the_next_read_begins_an_hour_before_the_last_one_began() -> None:
    server = jira()
    with serving(server) as url:
        source = connector(url)
        _, first = pulled(source)
        pulled(source, first.state)
    begins = server.site.now - 60 * 60_000
    assert first.state["version"] == 2
    assert first.state["updated_since_ms"] == first.state["worklog_since_ms"] == begins
    asked = [body["jql"] for _, path, body in server.asked if path == "search/jql"]
    assert any(f"updated >= {begins} order by" in jql for jql in asked)


def test_changed_projects_or_fields_read_everything_again() -> None:
    with serving(jira()) as url:
        _, first = pulled(connector(url))
        same = read(connector(url), first.state)
        fewer = read(connector(url, projects=("CORP",)), first.state)
        wider = read(connector(url, mapping={"extra_fields": ("description",)}), first.state)
    assert len(wider.rows["work_items"]) == len(world().items)
    assert len(fewer.rows["work_items"]) == (world().items["project"] == "CORP").sum()
    assert "work_items" not in same.rows or len(same.rows["work_items"]) < 20


@pytest.mark.parametrize(
    "state",
    [
        {"version": 1, "asked": "", "updated_since_ms": 1, "worklog_since_ms": 1},
        {"version": 1, "updated_since_ms": "yesterday", "worklog_since_ms": 1},
        {"version": 1, "updated_since_ms": -1, "worklog_since_ms": 1},
        {"version": 1, "updated_since_ms": 1},
        {"cursor": "2026-01-01"},
    ],
)
def test_a_state_that_is_not_understood_is_refused(state: dict[str, Any]) -> None:
    with serving(jira()) as url, pytest.raises(SourceError, match="reads format 2"):
        pulled(connector(url), state)


def test_a_state_from_the_future_is_refused() -> None:
    with serving(jira()) as url:
        _, done = pulled(connector(url))
        later = done.state | {"updated_since_ms": 10**15}
        with pytest.raises(SourceError, match="Jira's clock says"):
            pulled(connector(url), later)


# Mapping of single payloads


def mapped(stream: str, body: Any, **mapping: Any) -> dict[str, Any]:
    source = connector("https://sample.atlassian.net", mapping=mapping)
    page = Page(stream, orjson.dumps(body), "a test")
    return next(iter(source.map([(0, page)])))[1].row(0, named=True)


def issue(**fields: Any) -> dict[str, Any]:
    status = {"name": "Done", "statusCategory": {"key": "done"}}
    times = dict.fromkeys(("created", "updated"), "2022-06-09T16:29:31.871-0700")
    base = {"issuetype": {"name": "Story"}, "status": status, **times}
    return {"issues": [{"id": "1", "key": "A-1", "fields": base | fields}]}


def test_times_with_an_offset_without_colon_become_utc() -> None:
    at = mapped("issues", issue())["created_at"]
    assert at == dt.datetime(2022, 6, 9, 23, 29, 31, 871000, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("fields", "mapping", "meaning"),
    [
        ({}, {}, "done"),
        ({"resolution": {"name": "Won't Do"}}, {}, "dropped"),
        ({"resolution": {"name": "Fixed"}}, {}, "done"),
        ({"status": {"name": "Live", "statusCategory": {"key": "indeterminate"}}}, {}, "doing"),
        ({"status": {"name": "Open", "statusCategory": {"key": "undefined"}}}, {}, None),
        ({}, {"status_categories": {"Done": "doing"}}, "doing"),
    ],
)
def test_what_a_status_means(
    fields: dict[str, Any], mapping: dict[str, Any], meaning: str | None
) -> None:
    assert mapped("issues", issue(**fields), **mapping)["status_category"] == meaning


@pytest.mark.parametrize(
    ("value", "refs"),
    [
        ("G1, G2", "goals:G1;goals:G2"),
        ("G1;G1 G2", "goals:G1;goals:G2"),
        (["G1", "okr:G9"], "goals:G1;okr:G9"),
        ([{"value": "G1"}, {"value": "G2"}], "goals:G1;goals:G2"),
        ({"value": "G3"}, "goals:G3"),
        ("", None),
        (None, None),
    ],
)
def test_goals_named_by_text_options_and_lists(value: Any, refs: str | None) -> None:
    assert mapped("issues", issue(customfield_10200=value))["goal_refs"] == refs


def test_an_item_that_is_open_again_has_no_closing_time() -> None:
    status = {"name": "In Progress", "statusCategory": {"key": "indeterminate"}}
    times = {"resolutiondate": "2022-06-09T16:29:31.871-0700"}
    assert mapped("issues", issue(**times))["closed_at"] is not None
    assert mapped("issues", issue(status=status, **times))["closed_at"] is None


@pytest.mark.parametrize("name", ["parent", "IssueParentAssociation"])
def test_a_change_of_parent_is_known_with_and_without_a_field_id(name: str) -> None:
    item = {"field": name, "from": "7", "fromString": "A-7", "to": None, "toString": None}
    history = {"id": "5", "created": 1_655_000_000_000, "items": [item]}
    row = mapped(
        "changelogs", {"issueChangeLogs": [{"issueId": "1", "changeHistories": [history]}]}
    )
    assert (row["field"], row["from_value"], row["to_value"]) == ("parent", "7", None)


def test_a_change_by_nobody_known_and_text_for_a_time_are_read() -> None:
    item = {"fieldId": "duedate", "from": None, "to": "2022-06-30"}
    text = "2022-06-09T16:29:31.871-0700"
    history = {"id": "5", "author": None, "created": text, "items": [{"fieldId": "x"}, item]}
    row = mapped(
        "changelogs", {"issueChangeLogs": [{"issueId": "1", "changeHistories": [history]}]}
    )
    assert (row["change_key"], row["author_key"], row["field"]) == ("5-1", None, "due")
    assert row["changed_at"] == dt.datetime(2022, 6, 9, 23, 29, 31, 871000, tzinfo=dt.UTC)


def test_a_change_of_labels_that_names_no_goal_is_no_change() -> None:
    def labels(before: str, after: str) -> dict[str, Any]:
        item = {"fieldId": "labels", "fromString": before, "toString": after}
        return {"id": after or "-", "created": 1_655_000_000_000, "items": [item]}

    histories = [labels("a goal-G1", "b goal-G1"), labels("b goal-G1", "b"), labels("b", "")]
    body = {"issueChangeLogs": [{"issueId": "1", "changeHistories": histories}]}
    source = connector("https://sample.atlassian.net", mapping={"goal_label_prefix": "goal-"})
    page = Page("changelogs", orjson.dumps(body), "a test")
    rows = next(iter(source.map([(0, page)])))[1]
    assert rows.select("field", "from_value", "to_value").rows() == [("goal", "goals:G1", None)]


@pytest.mark.parametrize(
    ("last", "complete"),
    [
        ({"isLast": True}, True),
        ({}, True),
        ({"isLast": False}, False),
        ({"nextPageToken": "more"}, False),
    ],
)
def test_a_sweep_is_complete_only_with_its_last_page(last: dict[str, Any], complete: bool) -> None:
    body = {"issues": [{"id": "1"}]} | last
    clock = {"serverTime": "2022-06-09T16:29:31.871-0700"}
    pages = [
        Page("server", orjson.dumps(clock), "a test"),
        Page("issue_sweep", orjson.dumps(body), "a test"),
    ]
    found = pl.concat(
        rows for _, rows in connector("https://sample.atlassian.net").map(enumerate(pages))
    )
    assert found["is_complete"].to_list() == [complete]


def test_an_archived_page_that_is_damaged_is_named() -> None:
    page = Page("issues", b'{"issues": [', "POST /rest/api/3/search/jql")
    source = connector("https://sample.atlassian.net")
    with pytest.raises(SourceError, match=r"page 7 \(POST /rest/api/3/search/jql"):
        list(source.map([(7, page)]))


# check


def said(url: str, **options: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in connector(url, **options).check():
        found.setdefault(f"{finding.status} {finding.subject}", []).append(finding.message)
    return found


def test_check_finds_nothing_wrong_with_a_fitting_site() -> None:
    with serving(jira()) as url:
        found = said(url, projects=("CORP",))
    assert all(key.startswith("ok ") for key in found)
    subjects = {key.removeprefix("ok ") for key in found}
    looks = {"site", "account", "users", "projects", "fields", "initiative types", "statuses"}
    assert subjects == looks
    assert "Asia/Kolkata" in found["ok account"][0]


def test_check_names_what_does_not_fit_and_the_nearest_that_would() -> None:
    mapping = {
        "initiative_types": ("Epics", "Theme"),
        "goal_fields": ("customfield_10201",),
        "points_field": "Story point estimate",
        "status_categories": {"In progress": "doing"},
    }
    with serving(jira()) as url:
        found = said(url, projects=("CROP",), mapping=mapping)
    assert re.search(
        r"no project `CROP`; nearest: Project CORP \(CORP\)", found["error projects"][0]
    )
    fields = " ".join(found["error fields"])
    assert "`customfield_10201`; nearest:" in fields and "Goals (customfield_10200)" in fields
    assert "Story point estimate (customfield_10016)" in fields
    assert "nearest: Epic" in found["error initiative types"][0]
    assert "nearest: In Progress" in found["error statuses"][0]


def test_without_the_permission_to_see_users_check_and_pull_say_what_to_do() -> None:
    blind = site()
    blind.users.clear()
    with serving(jira(at=blind)) as url:
        found = said(url)
        with pytest.raises(SourceError, match="Browse users and groups"):
            pulled(connector(url))
    assert "Browse users and groups" in found["error users"][0]
    assert [key for key in found if key.startswith("error")] == ["error users"]


def test_worklogs_that_are_listed_but_never_given_are_named() -> None:
    server = jira()
    lost = [int(key) for key in world().worklogs["worklog"][:2]]
    answers = server.site.worklogs
    with serving(server) as url:
        reading = connector(url).pull({}, last_night())
        pages = [next(reading)]
        while pages[-1].stream != "worklog_sweep":
            pages.append(next(reading))
        for key in lost:
            del answers[key]
        with pytest.raises(StopIteration) as end:
            while True:
                next(reading)
    why = end.value.value.incomplete["worklogs"]
    assert "2 worklog(s) are listed, but not given" in why and str(lost[0]) in why


def test_check_warns_where_no_item_can_name_a_goal() -> None:
    with serving(jira()) as url:
        found = said(url, mapping={"goal_fields": ()})
    assert "no item will name a goal" in found["warning fields"][0]


def test_check_says_that_the_token_is_wrong_and_looks_no_further() -> None:
    with serving(jira()) as url:
        found = said(url, token="another-token")
    assert "make a new token" in found["error account"][0]
    assert set(found) <= {"error site", "error account"}
    assert "another-token" not in str(found)


def test_check_says_that_nothing_answers() -> None:
    with serving(jira()) as url:
        pass
    found = said(url)
    assert "no answer" in found["error site"][0]


# By hand


def test_the_module_reads_the_site_that_the_environment_names() -> None:
    with serving(jira()) as url:
        names = {"JIRA_URL": url, "JIRA_EMAIL": EMAIL, "JIRA_TOKEN": TOKEN, "JIRA_PROJECTS": "CORP"}
        done = subprocess.run(
            [sys.executable, "-m", "connectors.tracking.jira_cloud"],
            env=os.environ | names,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    n_items = (world().items["project"] == "CORP").sum()
    assert f"{n_items:8} work_items" in done.stdout
    assert TOKEN not in done.stdout + done.stderr
