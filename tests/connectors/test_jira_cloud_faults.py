"""Whatever the stand-in Jira does wrong, a read completes or fails in words; never in between."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from connectors.contract import SourceError
from connectors.http import Patience
from connectors.tracking.jira_cloud import JiraCloud
from sandbox.jira_answers import Answers
from sandbox.jira_faults import Fault
from sandbox.jira_server import Jira, serving
from tests.connectors.jira_reading import (
    COMPARED,
    TOKEN,
    Read,
    comparable,
    connector,
    expected,
    jira,
    pulled,
    read,
    world,
)


def small_pages(url: str, **more: Any) -> JiraCloud:
    return connector(url, page_size=20, **more)


def read_through(*faults: Fault, sleep: Any = None, **manners: Any) -> Read:
    with serving(jira(*faults, **manners)) as url:
        return read(small_pages(url, sleep=sleep))


def failure_of(*faults: Fault, **more: Any) -> str:
    """The words with which a read fails."""
    with serving(jira(*faults)) as url, pytest.raises(SourceError) as caught:
        pulled(small_pages(url, **more))
    words = str(caught.value)
    assert words.startswith("jira: ") or "/rest/api/3" in words
    assert TOKEN not in words
    return words


def assert_everything(found: Read, but: set[str] | None = None) -> None:
    for frame in COMPARED:
        rows, wanted = comparable(frame, found.rows[frame]), expected(frame)
        if but and "work_item_key" in wanted.columns:
            wanted = wanted.filter(~pl.col("work_item_key").is_in(but))
        assert_frame_equal(rows, wanted)


# Faults that pass


@pytest.mark.parametrize(
    "fault",
    [
        Fault("search", "status", at=2, times=3, status=500),
        Fault("changelogs", "status", times=2, status=503),
        Fault("worklog_list", "status", times=2, status=502),
        Fault("search", "busy", at=3, times=9),
        Fault("search", "truncated", at=2),
        Fault("worklog_updated", "truncated"),
        Fault("search", "empty_page", at=2),
        Fault("search", "overlap", at=3, times=2),
        Fault("search", "overlap", at=2, times=None),
    ],
    ids=lambda fault: f"{fault.endpoint}-{fault.kind}-{fault.times}",
)
def test_a_fault_that_passes_leaves_no_trace(fault: Fault) -> None:
    found = read_through(fault)
    assert_everything(found)
    assert found.quarantine == [] and found.result.incomplete == {}
    assert (found.duplicates > 0) == (fault.kind == "overlap")


def test_an_empty_page_does_not_end_the_sweep_of_keys() -> None:
    pages_of_issues = -(-len(world().items) // 20)
    found = read_through(Fault("search", "empty_page", at=pages_of_issues + 1))
    sweeps = found.rows["key_sweeps"].filter(pl.col("frame") == "work_items")
    assert set(sweeps["key"]) == set(world().items["item"]) and sweeps["is_complete"].all()


def test_a_busy_jira_is_waited_for_as_long_as_it_asks() -> None:
    waits: list[float] = []
    assert_everything(
        read_through(Fault("search", "busy", times=2, retry_after=7), sleep=waits.append)
    )
    assert waits == [7, 7]


def test_a_busy_jira_that_names_no_time_is_asked_ever_more_slowly() -> None:
    waits: list[float] = []
    assert_everything(read_through(Fault("changelogs", "busy", times=8), sleep=waits.append))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_many_refusals_of_a_busy_jira_do_not_count_as_faults() -> None:
    faults = (Fault("search", "busy", times=6), Fault("search", "status", at=7, times=3))
    assert_everything(read_through(*faults))


# Faults that stay


def test_a_storm_of_500_ends_the_read_after_some_tries() -> None:
    waits: list[float] = []
    server = jira(Fault("search", "status", times=None))
    with serving(server) as url, pytest.raises(SourceError, match="answered 500"):
        pulled(small_pages(url, sleep=waits.append))
    assert waits == [1, 2, 4, 8] and server.trouble.calls["search"] == 5


def test_a_jira_that_stays_busy_is_given_up_within_the_time_cap() -> None:
    waits: list[float] = []
    words = failure_of(Fault("search", "busy", times=None), sleep=waits.append)
    assert 840 < sum(waits) <= 900
    assert "429" in words and "Try again later" in words


def test_a_wait_that_is_longer_than_the_cap_is_not_begun() -> None:
    waits: list[float] = []
    words = failure_of(Fault("search", "busy", retry_after=100_000), sleep=waits.append)
    assert waits == [] and "asks to wait 100000 s" in words


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("search", "status", at=4, status=401), "make a new token"),
        (Fault("search", "status", status=403), "may not read this"),
        (Fault("search", "status", status=400), "a project, field or type in the config"),
        (Fault("search", "status", at=2, status=404), "the vendor may have removed"),
        (Fault("users", "status", status=410), "a newer alignmart"),
        (Fault("changelogs", "status", times=None, status=404), "answered 404"),
        (Fault("changelogs", "status", status=400), "answered 400"),
        (Fault("worklog_list", "status", times=None, status=404), "answered 404"),
        (Fault("search", "truncated", at=3, times=None), "no whole JSON"),
        (Fault("search", "shape", at=3), "`issues` should be a list"),
        (Fault("users", "shape"), "the answer should be a list"),
        (Fault("changelogs", "shape"), "`issueChangeLogs` should be a list"),
        (Fault("worklog_updated", "shape"), "`values` should be a list"),
        (Fault("worklog_list", "shape"), "the answer should be a list"),
        (Fault("server", "shape"), "`serverTime` should be a str"),
        (Fault("search", "error_body", at=2), "The search service is unavailable"),
        (Fault("users", "stuck", times=None), "never end"),
        (Fault("search", "looping", at=2, times=None), "never end"),
        (Fault("changelogs", "looping", times=None), "never end"),
        (Fault("worklog_updated", "looping", times=None), "never end"),
    ],
    ids=lambda value: f"{value.endpoint}-{value.kind}" if isinstance(value, Fault) else None,
)
def test_a_fault_that_stays_ends_the_read_in_words(fault: Fault, words: str) -> None:
    assert words in failure_of(fault)


def test_truncated_json_names_the_page_that_was_asked_for() -> None:
    words = failure_of(Fault("search", "truncated", at=2, times=None))
    assert "POST /rest/api/3/search/jql" in words and "updated >= 0" in words


def test_nothing_that_answers_is_an_error_that_says_so() -> None:
    with serving(jira()) as url:
        pass
    with pytest.raises(SourceError, match="no answer"):
        pulled(connector(url))


def test_an_answer_larger_than_the_cap_is_not_read_to_its_end() -> None:
    with serving(jira()) as url:
        source = connector(url)
        source = JiraCloud("jira", source.settings, Patience(largest_body=10_000))
        with pytest.raises(SourceError, match="larger than 10,000 bytes"):
            pulled(source)


# Credentials stay at home


@contextmanager
def canary() -> Iterator[tuple[str, list[bytes]]]:
    """A stranger's server on loopback; what it is sent is kept."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            try:
                while True:
                    guest, _ = listener.accept()
                    with guest:
                        guest.settimeout(1)
                        heard.append(guest.recv(4096))
            except OSError:
                return

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.parametrize("kind", ["stranger", "redirect"])
def test_no_link_and_no_redirect_to_another_host_is_followed(kind: Any) -> None:
    with canary() as (elsewhere, heard):
        link = f"{elsewhere}/rest/api/3/worklog/updated?since=5"
        words = failure_of(Fault("worklog_updated", kind, value=link))
    assert heard == []
    assert elsewhere.removeprefix("http://") in words and "credentials" in words


def test_the_canary_would_hear_a_request() -> None:
    with canary() as (elsewhere, heard), pytest.raises(SourceError):
        next(connector(elsewhere).pull({}, world().start))  # type: ignore[arg-type]
    assert heard and b"Authorization" in heard[0]


# Odd records


def first_two(server: Jira) -> list[str]:
    """The ids with which a first read begins: those changed last."""
    order = Answers(server.site).found("updated >= 0 order by updated desc, key desc")
    return [issue.id for issue in order[:2]]


def test_a_retyped_field_sets_one_record_aside_and_keeps_the_others() -> None:
    one, two = first_two(jira())
    found = read_through(Fault("search", "retyped"))
    assert [row["frame"] for row in found.quarantine] == ["work_items"]
    aside = found.quarantine[0]
    assert aside["record_key"] == two and "status: the record has another shape" in aside["reason"]
    assert '"status":"Done"' in aside["payload"]
    odd = found.rows["work_items"].filter(pl.col("work_item_key") == one)
    assert odd.select("points", "title").row(0) == (5.0, "12")
    others = ~pl.col("work_item_key").is_in([one, two])
    rows = comparable("work_items", found.rows["work_items"])
    assert_frame_equal(rows.filter(others), expected("work_items").filter(others))


def test_zero_dates_are_no_dates() -> None:
    one, two = first_two(jira())
    found = read_through(Fault("search", "zero_dates"))
    assert [row["record_key"] for row in found.quarantine] == [one]
    assert "created_at" in found.quarantine[0]["reason"]
    second = found.rows["work_items"].filter(pl.col("work_item_key") == two)
    assert second["due_on"].to_list() == [None]


# Changes while paging


def test_an_issue_deleted_while_paging_makes_no_other_one_vanish() -> None:
    server = jira(Fault("search", "deleted", at=3), Fault("search", "deleted", at=5))
    gone = set(list(server.site.issues)[:2])
    with serving(jira(at=server.site)) as url:
        source = small_pages(url, look_back_minutes=10**8)
        changed_since_ever = pulled(source)[1].state
    with serving(server) as url:
        found = read(small_pages(url, look_back_minutes=10**8), changed_since_ever)
    assert server.trouble.calls["issues"] > 0
    kept = set(found.rows["key_sweeps"].filter(pl.col("frame") == "work_items")["key"])
    assert kept == set(world().items["item"]) - gone
    assert set(found.rows["work_items"]["work_item_key"]) >= kept


def test_an_issue_changed_while_paging_is_read_once_or_twice_but_read() -> None:
    server = jira(Fault("search", "touched", at=3))
    with serving(server) as url:
        source = small_pages(url)
        first = read(source)
        second = read(source, first.result.state)
    assert len(first.rows["work_items"]) == len(world().items)
    touched = second.rows["work_items"].filter(pl.col("title") == "Renamed while paging")
    assert touched["work_item_key"].to_list() == ["10001"]


# What the account may not see


def test_forbidden_issues_are_counted_and_all_others_read() -> None:
    keys = world().item_events["item"].unique(maintain_order=True)[:3].to_list()
    logs = world().worklogs.filter(pl.col("item").is_in(keys))
    found = read_through(forbidden=frozenset(keys))
    assert "refused (403) 3 record(s)" in found.result.incomplete["work_item_changes"]
    assert ("worklogs" in found.result.incomplete) == (len(logs) > 0)
    assert "work_items" not in found.result.incomplete
    changes = comparable("work_item_changes", found.rows["work_item_changes"])
    others = ~pl.col("work_item_key").is_in(keys)
    assert_frame_equal(changes, expected("work_item_changes").filter(others))


def test_where_every_record_is_forbidden_the_read_fails() -> None:
    everything = frozenset(world().items["item"])
    assert len(everything) > 200
    with (
        serving(jira(forbidden=everything)) as url,
        pytest.raises(SourceError, match="answered 403"),
    ):
        pulled(small_pages(url))


def test_worklogs_limited_to_a_group_are_left_out_without_a_failure() -> None:
    hidden = [int(key) for key in world().worklogs["worklog"][:4]]
    found = read_through(hidden_worklogs=frozenset(hidden))
    shown = ~pl.col("worklog_key").is_in([str(key) for key in hidden])
    rows = comparable("worklogs", found.rows["worklogs"])
    assert_frame_equal(rows, expected("worklogs").filter(shown))
