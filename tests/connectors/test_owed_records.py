"""What a tracker did not give is asked for again and named every night, until it comes or is gone.

Records refused with 403 are in the contract (`contract_faults`); here is what else is not given.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from connectors import refusals
from connectors.contract import SourceError
from connectors.tracking import jira_cloud_state
from sandbox.jira_answers import Answers
from sandbox.jira_server import serving as serving_jira
from sandbox.redmine_server import Redmine, RefusedError
from sandbox.redmine_server import serving as serving_redmine
from tests.connectors import jira_reading
from tests.connectors.jira_reading import Read, jira, world
from tests.connectors.redmine_reading import found, redmine

SINCE = dt.date(2026, 10, 1)


def keys(one: Read, frame: str) -> set[str]:
    return set(one.rows[frame]["record_key"]) if frame in one.rows else set()


@pytest.fixture
def kept_back(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Worklogs that the stand-in Jira lists but does not give, as this set says."""
    hidden: set[int] = set()
    given = Answers.worklog_list
    monkeypatch.setattr(
        Answers,
        "worklog_list",
        lambda self, call: [log for log in given(self, call) if int(log["id"]) not in hidden],
    )
    return hidden


def test_worklogs_listed_but_not_given_are_named_every_night_until_they_come(
    kept_back: set[int],
) -> None:
    lost = [str(key) for key in world().worklogs["worklog"][:2]]
    kept_back.update(map(int, lost))
    with serving_jira(jira()) as url:
        source = jira_reading.connector(url)
        one = jira_reading.read(source)
        two = jira_reading.read(source, one.result.state)
        kept_back.clear()
        three = jira_reading.read(source, two.result.state)
    assert one.result.state["owed"] == two.result.state["owed"] == {"worklogs": sorted(lost)}
    assert one.result.incomplete == two.result.incomplete
    assert "2 worklog(s) are listed, but not given" in two.result.incomplete["worklogs"]
    assert three.result.incomplete == three.result.state["owed"] == {}
    assert keys(three, "worklogs") >= set(lost)


def test_worklogs_that_are_listed_no_more_are_owed_no_more(kept_back: set[int]) -> None:
    server, lost = jira(), int(world().worklogs["worklog"][0])
    kept_back.add(lost)
    with serving_jira(server) as url:
        source = jira_reading.connector(url)
        one = jira_reading.read(source)
        del server.site.worklogs[lost]
        two = jira_reading.read(source, one.result.state)
    assert one.result.state["owed"] == {"worklogs": [str(lost)]}
    assert two.result.incomplete == two.result.state["owed"] == {}


def test_more_than_a_state_may_hold_makes_the_next_night_read_everything_again(
    kept_back: set[int],
) -> None:
    lost = [str(key) for key in world().worklogs["worklog"][: refusals.BORNE + 1]]
    kept_back.update(map(int, lost))
    with serving_jira(jira()) as url:
        source = jira_reading.connector(url)
        one = jira_reading.read(source)
        two = jira_reading.read(source, one.result.state)
        kept_back.clear()
        three = jira_reading.read(source, two.result.state)
    for night in (one, two):
        assert night.result.state["owed"] == {} and night.result.state["worklog_since_ms"] == 0
        assert f"{len(lost)} worklog(s)" in night.result.incomplete["worklogs"]
    assert three.result.incomplete == {} and three.result.state["worklog_since_ms"] > 0
    assert keys(three, "worklogs") >= set(lost)


def test_an_issue_that_jira_could_not_give_is_named_every_night_until_it_comes() -> None:
    options: dict[str, Any] = {"since": SINCE}
    server = jira()
    with serving_jira(server) as url:
        source = jira_reading.connector(url, **options)
        outside = jira_reading.pulled(source)[1].state["outside"]
        lost = outside[0]
        server.manners = dataclasses.replace(server.manners, withheld=frozenset({lost}))
    with serving_jira(server) as url:
        source = jira_reading.connector(url, **options)
        one = jira_reading.read(source)
        two = jira_reading.read(source, one.result.state)
    server.manners = dataclasses.replace(server.manners, withheld=frozenset())
    with serving_jira(server) as url:
        three = jira_reading.read(jira_reading.connector(url, **options), two.result.state)
    for night in (one, two):
        assert night.result.state["owed"]["work_items"] == [lost]
        assert lost in night.result.incomplete["work_items"]
        assert lost not in keys(night, "work_items")
    assert three.result.incomplete == three.result.state["owed"] == {}
    assert lost in keys(three, "work_items") and lost in three.result.state["outside"]


@pytest.fixture
def pageless(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Issues that the stand-in Redmine lists, but whose own page is not found, as this set says."""
    hidden: set[int] = set()
    given = Redmine._issue

    def page(self: Redmine, request: Any, is_admin: bool) -> Any:
        if request.path_params["number"] in hidden:
            raise RefusedError(404)
        return given(self, request, is_admin)

    monkeypatch.setattr(Redmine, "_issue", page)
    return hidden


def test_an_issue_without_a_page_is_named_every_night_until_its_page_is_back(
    pageless: set[int],
) -> None:
    server = redmine()
    lost = next(key for key, journals in server.site.journals.items() if journals)
    pageless.add(lost)
    with serving_redmine(server) as url:
        one = found(url)
        two = found(url, one.result.state)
        pageless.clear()
        three = found(url, two.result.state)
    for night in (one, two):
        assert night.result.state["owed"] == {"work_item_changes": [str(lost)]}
        assert f"{lost}. Look at them" in night.result.incomplete["work_item_changes"]
    assert three.result.incomplete == three.result.state["owed"] == {}
    assert str(lost) in set(three.rows["work_item_changes"]["work_item_key"])


def test_where_very_many_issues_have_no_page_the_read_fails_in_words(pageless: set[int]) -> None:
    server = redmine()
    pageless.update(server.site.issues)
    template = next(iter(server.site.issues.values()))
    for key in range(900_000, 900_000 + refusals.BORNE):
        server.site.issues[key] = template | {"id": key}
        pageless.add(key)
    with (
        serving_redmine(server) as url,
        pytest.raises(SourceError, match=r"listed but have no page of their own \(404\)"),
    ):
        found(url)


def test_a_state_written_before_records_were_owed_is_still_read() -> None:
    with serving_jira(jira()) as url:
        source = jira_reading.connector(url)
        state = dict(jira_reading.pulled(source)[1].state)
        del state["owed"]
        marks = jira_cloud_state.resumed("jira", state, source.settings)
    assert marks.owed == {} and marks.issues == state["updated_since_ms"]
    with serving_redmine(redmine()) as url:
        state = dict(found(url).result.state)
        del state["owed"]
        assert found(url, state).result.incomplete == {}
