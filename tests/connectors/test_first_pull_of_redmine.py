"""What is Redmine's own in a first pull over several nights and in a scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.contract import SourceError, State
from sandbox.redmine_server import Redmine, serving
from tests.connectors.contract_reading import Found
from tests.connectors.redmine_reading import found, redmine

SMALL: dict[str, Any] = {"page_size": 9, "items_a_night": 40}
SINCE = dt.date(2026, 10, 1)


def nights(server: Redmine, **options: Any) -> Iterator[Found]:
    """Reads of one site until its first pull is done."""
    state: State = {}
    with serving(server) as url:
        for _ in range(300):
            yield (read := found(url, state, **(SMALL | options)))
            state = read.result.state
            if not read.result.progress:
                return
    raise AssertionError("the first pull never ends")


def keys(reads: list[Found], frame: str = "work_items") -> list[str]:
    return [key for one in reads for key in one.rows[frame]["record_key"]]


def histories(server: Redmine) -> list[str]:
    return [path for path in server.asked if "include=journals" in path]


def test_issues_of_one_second_are_read_by_shares_too() -> None:
    server = redmine()
    for issue in server.site.issues.values():
        issue["updated_on"] = "2026-09-01T08:00:00Z"
    whole = {str(key) for key in server.site.issues}
    reads = list(nights(server, look_back_minutes=0))
    assert len(reads) > 3
    assert set(keys(reads)) == whole


def test_a_night_asks_for_no_more_histories_than_its_share_and_what_is_above() -> None:
    server = redmine()
    first = next(nights(server))
    items = first.rows["work_items"]
    above = set(items["parent_key"].drop_nulls())
    assert len(histories(server)) == items.height <= 40 + len(above)


def test_all_nights_together_ask_for_a_history_once_and_again_where_something_changed() -> None:
    server = redmine()
    reads = list(nights(server, look_back_minutes=0))
    asked = histories(server)
    assert len(set(asked)) == len(server.site.issues)
    assert len(asked) < len(server.site.issues) + 5 * len(reads)


def test_time_is_read_with_the_issues_it_was_spent_on() -> None:
    reads = list(nights(redmine()))
    assert len(reads) > 2
    for n in range(1, len(reads) + 1):
        named = {key for one in reads[:n] for key in one.rows["worklogs"]["work_item_key"]}
        assert named and named <= set(keys(reads[:n]))


def test_a_site_within_one_nights_share_is_walked_over_once() -> None:
    server = redmine()
    with serving(server) as url:
        read = found(url)
    assert {"named_issues", "unread"}.isdisjoint(page.stream for page in read.pages)
    assert not any("issue_id=" in path for path in server.asked)


def test_a_scope_walks_over_what_changed_since_and_asks_for_the_rest_by_number() -> None:
    server = redmine()
    with serving(server) as url:
        first = found(url, since=SINCE)
        walk = [path for path in server.asked if path.startswith("/issues.json?")]
        walk = [path for path in walk if "issue_id=" not in path and "limit=1&" not in f"{path}&"]
        assert walk and all("updated_on=%3E%3D2026-10-01T00%3A00%3A00Z" in path for path in walk)
        time = [path for path in server.asked if path.startswith("/time_entries.json?")]
        assert time and all("from=2026-10-01" in path for path in time)
        n_histories = len(histories(server))
        later = found(url, first.result.state, since=SINCE)
    outside = first.result.state["outside"]
    assert outside and later.result.state["outside"] == outside
    assert len(histories(server)) < 2 * n_histories - len(outside)


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": 1},
        {"unread": "yesterday"},
        {"unread": ["2026-10-01T00:00:00Z"]},
        {"unread": ["2999-01-01T00:00:00Z", 7]},
        {"swept_since": None},
        {"outside": ["7"]},
        {"outside": None},
        {"owed": ["7"]},
        {"owed": {"work_item_changes": ["seven"]}},
    ],
)
def test_a_state_in_the_middle_that_is_not_understood_is_refused(wrong: State) -> None:
    server = redmine()
    state = next(nights(server)).result.state
    assert state["unread"]
    with serving(server) as url, pytest.raises(SourceError, match="the state"):
        found(url, state | wrong)
