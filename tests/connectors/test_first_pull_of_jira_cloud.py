"""What is Jira Cloud's own in a first pull over several nights and in a scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import polars as pl
import pytest

from connectors.contract import SourceError, State
from sandbox.jira_answers import Answers
from sandbox.jira_server import Jira, serving
from sandbox.jira_site import Issue
from tests.connectors.jira_reading import Read, connector, jira, last_night, pulled, read, world

SMALL: dict[str, Any] = {"page_size": 20, "items_a_night": 50}
SINCE = dt.date(2026, 10, 1)
SINCE_MS = 1_790_812_800_000


def nights(server: Jira, **options: Any) -> Iterator[Read]:
    """Reads of one site until its first pull is done."""
    state: State = {}
    with serving(server) as url:
        for _ in range(100):
            yield (found := read(connector(url, **(SMALL | options)), state))
            state = found.result.state
            if not found.result.progress:
                return
    raise AssertionError("the first pull never ends")


def keys(reads: list[Read], frame: str = "work_items") -> list[str]:
    return [key for one in reads if frame in one.rows for key in one.rows[frame]["record_key"]]


def queries(server: Jira) -> list[str]:
    return [body["jql"] for _, path, body in server.asked if path.startswith("search/")]


def dated(issue: Issue, milliseconds: int) -> None:
    """Let the issue be changed last then."""
    at = dt.datetime.fromtimestamp(milliseconds // 1000, dt.UTC)
    issue.updated = milliseconds
    issue.fields["updated"] = f"{at:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}+0000"


def test_a_site_filled_an_hour_ago_is_read_by_shares_too() -> None:
    server = jira()
    for n, issue in enumerate(server.site.issues.values()):
        dated(issue, server.site.now - 60_000 - n)
    reads = list(nights(server, items_a_night=20))
    assert len(reads) > 5
    assert all(one.rows["work_items"].height < 120 for one in reads[:2])
    assert set(keys(reads)) == set(server.site.issues)


def paged(server: Jira, act: Callable[[], None]) -> tuple[set[str], State]:
    """The keys that a night brings, and its state, where `act` is done behind its first page."""
    with serving(server) as url:
        pulling = connector(url, **SMALL).pull({}, last_night())
        came: set[str] = set()
        try:
            while True:
                page = next(pulling)
                if page.stream == "issues":
                    if not came:
                        act()
                    came |= {issue["id"] for issue in orjson.loads(page.body)["issues"]}
        except StopIteration as end:
            return came, end.value.state


def test_an_issue_that_a_deletion_moves_up_while_a_share_is_paged_is_read() -> None:
    server = jira()
    issues = server.site.issues
    newest = sorted(issues.values(), key=lambda issue: issue.updated)[-1]
    came, state = paged(server, lambda: server.site.forget(newest))
    wanted = {key for key, issue in issues.items() if issue.updated > state["unread_until_ms"]}
    assert newest.id in came and 20 < len(wanted) < len(issues)
    assert wanted <= came


def test_an_unread_issue_that_changes_while_a_share_is_paged_is_read() -> None:
    server = jira()
    oldest = sorted(server.site.issues.values(), key=lambda issue: issue.updated)[0]
    came, _ = paged(server, lambda: server.site.touch(oldest, "Renamed while paging"))
    assert oldest.id in came


def test_issues_of_one_millisecond_are_all_read_and_not_for_ever() -> None:
    server = jira()
    for issue in server.site.issues.values():
        dated(issue, issue.updated // 10**10 * 10**10)
    ties = {issue.updated for issue in server.site.issues.values()}
    assert len(ties) < 5
    reads = list(nights(server, items_a_night=10, page_size=10))
    assert set(keys(reads)) == set(server.site.issues)
    assert 1 < len(reads) <= len(ties) + 1


@pytest.mark.parametrize("moves", [True, False])
def test_time_is_read_with_the_issues_it_was_logged_on(moves: bool) -> None:
    """Whether or not logging work moves the time of the issue's last change."""
    server = jira()
    for log in server.site.worklogs.values() if moves else ():
        issue = server.site.issues[log["log"]["issueId"]]
        dated(issue, max(issue.updated, log["at"]))
    reads = list(nights(server, items_a_night=20))
    assert len(reads) > 2
    for n in range(1, len(reads) + 1):
        logs = [one.rows["worklogs"] for one in reads[:n] if "worklogs" in one.rows]
        named = set(pl.concat(logs)["work_item_key"])
        assert named and named <= set(keys(reads[:n]))
    assert set(keys(reads, "worklogs")) == {str(key) for key in server.site.worklogs}


def test_the_first_night_has_all_time_logged_since_the_day_that_it_names() -> None:
    server = jira()
    first = next(nights(server))
    back_to = first.result.state["unread_until_ms"]
    day = dt.datetime.fromtimestamp(back_to / 1000, dt.UTC).date()
    assert f"those changed since {day}" in first.result.progress["worklogs"]
    recent = {str(key) for key, log in server.site.worklogs.items() if log["at"] >= back_to}
    assert 0 < len(recent) < len(server.site.worklogs)
    assert set(keys([first], "worklogs")) == recent


def test_how_many_there_are_is_estimated_once_for_all_and_once_for_what_is_left() -> None:
    server = jira()
    first = next(nights(server))
    asked = [body["jql"] for _, path, body in server.asked if "approximate-count" in path]
    until = first.result.state["unread_until_ms"] - 1
    assert asked == ["updated >= 0", f"updated >= 0 and updated <= {until}"]
    n_read = sum(issue.updated > until for issue in server.site.issues.values())
    share = 100 * n_read // len(server.site.issues)
    assert first.result.progress["work_items"].startswith(
        f"first pull: {n_read} of about {len(server.site.issues)} work items ({share} %), "
    )


def test_a_whole_first_pull_estimates_nothing() -> None:
    server = jira()
    with serving(server) as url:
        pulled(connector(url))
    assert not any("approximate-count" in path for _, path, _ in server.asked)


def test_every_question_of_a_scope_begins_at_its_first_day() -> None:
    server = jira()
    with serving(server) as url:
        _, first = pulled(connector(url, since=SINCE))
        pulled(connector(url, since=SINCE), first.state)
    starts = {int(jql.split("updated >= ")[1].split()[0]) for jql in queries(server)}
    assert min(starts) == SINCE_MS
    lists = [path for _, path, _ in server.asked if path.startswith("worklog/updated")]
    assert lists and all(f"since={SINCE_MS}" in path for path in lists)


def test_a_scope_of_projects_fetches_nothing_above_from_other_projects() -> None:
    server = jira()
    parent = dict(world().items.select("item", "parent").drop_nulls().iter_rows())
    project = dict(world().items.select("item", "project").iter_rows())
    crossing = {parent[key] for key in parent if project[key] != project[parent[key]]}
    child = next(key for key in parent if parent[key] in crossing)
    ours = project[child]
    with serving(server) as url:
        found = read(connector(url, projects=(ours,), since=SINCE))
    assert {project[key] for key in keys([found])} == {ours}
    asked = {key for _, path, body in server.asked if path == "issue/bulkfetch"
             for key in body["issueIdsOrKeys"]}  # fmt: skip
    assert {project[key] for key in asked} <= {ours}


def test_an_issue_above_that_jira_cannot_give_now_is_not_taken_for_deleted() -> None:
    server = jira()
    with serving(server) as url:
        first = read(connector(url, since=SINCE))
    outside = first.result.state["outside"]
    assert outside
    server = jira(withheld=frozenset(outside[:1]))
    with serving(server) as url:
        later = read(connector(url, since=SINCE), first.result.state)
    assert "not given" in later.result.incomplete["key_sweeps"]
    assert later.result.state["outside"] == outside


def test_issues_that_jira_cannot_give_now_are_named() -> None:
    found = Answers(jira().site).found("updated >= 0 order by updated desc, key desc")
    tonight = {issue.id for issue in found[:20]}
    parents = [issue.fields["parent"] for issue in found[:20]]
    above = next(one["id"] for one in parents if one and one["id"] not in tonight)
    first = next(nights(jira(withheld=frozenset({above})), items_a_night=20))
    assert above in first.result.incomplete["work_items"]
    assert above not in keys([first])


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": 1},
        {"unread_until_ms": "yesterday"},
        {"unread_until_ms": 10**15},
        {"swept_since_ms": None},
        {"outside": None},
        {"outside": [7]},
        {"owed": ["20000001"]},
        {"owed": {"worklogs": [7]}},
    ],
)
def test_a_state_in_the_middle_that_is_not_understood_is_refused(wrong: State) -> None:
    server = jira()
    state = next(nights(server)).result.state
    assert state["unread_until_ms"]
    with serving(server) as url, pytest.raises(SourceError, match="the state"):
        pulled(connector(url), state | wrong)


def test_a_first_pull_begins_anew_where_other_fields_are_asked_for() -> None:
    server = jira()
    one, two, *_ = nights(server)
    with serving(server) as url:
        other = {"extra_fields": ("description",)}
        again = read(connector(url, mapping=other, **SMALL), two.result.state)
    assert set(keys([again])) == set(keys([one]))
    assert again.result.progress == one.result.progress
    assert pl.Series(again.rows["work_items"]["extra"]).null_count() == 0
