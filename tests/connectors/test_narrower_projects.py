"""A narrower option `projects` reads less and deletes nothing; what is really gone is seen."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest

from connectors.contract import SourceError, State
from connectors.tracking import project_scope
from sandbox.jira_server import Jira, serving
from tests.connectors import jira_reading
from tests.connectors.contract_reading import difference
from tests.connectors.harness import sample_world
from tests.connectors.systems.jira_cloud import JiraCloudHarness
from tests.connectors.systems.redmine import RedmineHarness
from tests.connectors.test_first_pull import SINCE, Site

SYSTEMS = {"jira_cloud": JiraCloudHarness, "redmine": RedmineHarness}


@pytest.fixture(params=SYSTEMS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    harness = SYSTEMS[request.param]()
    with harness.serving() as served:
        of_served = Site(harness, served)
        of_served.last_night()
        yield of_served


def projects() -> list[str]:
    return sorted(set(sample_world().items["project"]))


def named(site: Site, keys: list[str]) -> tuple[str, ...]:
    """As the system's option names projects: Redmine's identifiers are lower case."""
    return tuple(keys if site.harness.system == "jira_cloud" else map(str.lower, keys))


def items_of(project: str) -> set[str]:
    return set(sample_world().items.filter(pl.col("project") == project)["item"])


def test_a_project_taken_out_of_the_scope_stays_as_it_was(site: Site) -> None:
    one, two, *_ = projects()
    wide = site.read(projects=named(site, [one, two]))
    narrow = site.read(wide.result.state, projects=named(site, [one]))
    assert difference(site.folded(wide, narrow), site.folded(wide)) == {}
    assert not set(narrow.rows["work_items"]["record_key"]) & items_of(two)
    assert not set(narrow.rows["worklogs"]["work_item_key"]) & items_of(two)
    assert set(wide.rows["worklogs"]["work_item_key"]) & items_of(two)


def test_naming_the_first_project_deletes_no_other(site: Site) -> None:
    one, *_ = projects()
    whole = site.read()
    narrow = site.read(whole.result.state, projects=named(site, [one]))
    assert difference(site.folded(whole, narrow), site.folded(whole)) == {}
    assert set(narrow.rows["work_items"]["record_key"]) <= items_of(one)
    again = site.read(narrow.result.state, projects=named(site, [one]))
    assert again.result.state["swept_projects"] == []
    assert difference(site.folded(whole, narrow, again), site.folded(whole)) == {}


def test_a_deletion_out_of_the_scope_is_seen(site: Site) -> None:
    whole = site.read()
    key = site.served.removable()["work_items"][0]
    project = dict(sample_world().items.select("item", "project").iter_rows())[key]
    other = next(name for name in projects() if name != project)
    site.served.remove("work_items", key)
    narrow = site.read(whole.result.state, projects=named(site, [other]))
    assert key in whole.rows["work_items"]["record_key"]
    assert key not in site.folded(whole, narrow)["work_items"]["record_key"]
    assert difference(site.folded(whole, narrow), site.folded(site.read())) == {}


def test_a_project_that_comes_back_into_the_scope_is_read_anew(site: Site) -> None:
    one, *_ = projects()
    whole = site.read()
    narrow = site.read(whole.result.state, projects=named(site, [one]))
    wide = site.read(narrow.result.state)
    assert difference(wide.rows, whole.rows) == {}


def test_items_above_the_first_day_stay_when_their_project_leaves_the_scope(site: Site) -> None:
    first = site.read(since=SINCE)
    outside = {str(key) for key in first.result.state["outside"]}
    project = dict(sample_world().items.select("item", "project").iter_rows())
    one = next(name for name in projects() if {project[key] for key in outside} - {name})
    narrow = site.read(first.result.state, since=SINCE, projects=named(site, [one]))
    assert difference(site.folded(first, narrow), site.folded(first)) == {}
    assert {str(key) for key in narrow.result.state["outside"]} >= outside


def test_a_former_project_that_is_no_longer_seen_counts_as_deleted(site: Site) -> None:
    one, two, *_ = projects()
    wide = site.read(projects=named(site, [one, two]))
    gone = wide.result.state | {"swept_projects": sorted(named(site, [one, "GONE"]))}
    narrow = site.read(gone, projects=named(site, [one]))
    kept = site.folded(wide, narrow)["work_items"]
    assert set(kept["record_key"]) <= items_of(one)
    assert narrow.result.incomplete == {}
    assert narrow.result.state["swept_projects"] == sorted(named(site, [one, "GONE"]))


def test_a_state_that_keeps_no_projects_deletes_nothing_either(site: Site) -> None:
    one, *_ = projects()
    whole = site.read()
    older = {name: kept for name, kept in whole.result.state.items() if name != "swept_projects"}
    narrow = site.read(older, projects=named(site, [one]))
    assert difference(site.folded(whole, narrow), site.folded(whole)) == {}


@pytest.mark.parametrize("wrong", ["ABC", [7], {"ABC": 1}])
def test_projects_that_are_none_are_refused(site: Site, wrong: object) -> None:
    state: State = site.read().result.state
    with pytest.raises(SourceError, match="the state"):
        site.read(state | {"swept_projects": wrong})


def test_jira_is_asked_for_ids_alone_out_of_the_scope() -> None:
    one, *_ = sorted(set(jira_reading.world().items["project"]))
    server: Jira = jira_reading.jira()
    with serving(server) as url:
        first = jira_reading.read(jira_reading.connector(url))
        server.asked.clear()
        jira_reading.read(jira_reading.connector(url, projects=(one,)), first.result.state)
    strange = [body for _, path, body in server.asked if path.startswith("search/jql")
               if "not in" in body["jql"]]  # fmt: skip
    assert strange and all(body["fields"] == ["id"] for body in strange)


def test_two_scopes_together_are_all_where_one_is() -> None:
    assert project_scope.widest(["B"], ["A", "B"]) == ("A", "B")
    assert project_scope.widest([], ["A"]) == project_scope.widest(["A"], []) == project_scope.ALL
    assert project_scope.only_before(["A", "B"], ["B"]) == ["A"]
    assert project_scope.only_before(["A", "B"], []) == []
