"""The sample company goes into a real Redmine through its API and comes out as the world says."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from connectors.contract import PullResult, SourceError
from connectors.tracking.redmine import Redmine
from connectors.tracking.redmine_settings import RedmineSettings
from sandbox import company
from sandbox.redmine_server import Manners, serving
from sandbox.redmine_server import Redmine as StandIn
from sandbox.redmine_site import Site
from sandbox.redmine_view import canonical
from sandbox.world import World, end_of
from tests.connectors.contract_reading import Found, difference, fold, read
from tests.connectors.redmine_reading import KEYS, with_reopened
from tests.connectors.systems.redmine import HARNESS
from tests.live.redmine import Running, filled
from tests.live.redmine_fill import Api

pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]

LATER = 40
"""Days before the end at which the first night is."""


@cache
def world() -> World:
    """60 people, 3 months; some old items and worklogs are deleted between the two nights, and
    three finished items are taken up again before the second."""
    made = with_reopened(company.generate(seed=1, people=60, months=3))
    at = last_night().replace(microsecond=0) - dt.timedelta(days=LATER // 2)
    old = pl.col("created_at") < at - dt.timedelta(days=LATER)
    childless = ~pl.col("item").is_in(made.items["parent"].drop_nulls().implode())
    events = (made.item_events.select("item", "at"), made.worklogs.select("item", at="created_at"))
    busy = pl.concat(events).filter(pl.col("at") >= at)["item"].unique()
    quiet = ~pl.col("item").is_in(busy.implode())
    items = (pl.int_range(pl.len()) % 5 == 2) & old & childless & quiet
    logs = (pl.int_range(pl.len()) % 97 == 5) & old
    return replace(
        made,
        items=made.items.with_columns(deleted_at=pl.when(items).then(pl.lit(at))),
        worklogs=made.worklogs.with_columns(deleted_at=pl.when(logs).then(pl.lit(at))),
    )


def last_night() -> dt.datetime:
    return end_of(dt.date(2026, 10, 31))


def first_night() -> dt.datetime:
    return last_night() - dt.timedelta(days=LATER)


def source(redmine: Running, **more: Any) -> Redmine:
    return Redmine("redmine", RedmineSettings.model_validate(redmine.options(**more)))


@pytest.fixture(scope="module")
def nights() -> Iterator[tuple[Running, Found, Found, Found]]:
    """Redmine at the last night; the read of the first night, the one after it, and a whole one."""
    with filled(world(), first_night()) as redmine:
        first = read(source(redmine), {}, first_night())
        redmine.player.play(last_night())
        onwards = read(source(redmine), first.result.state, last_night())
        whole = read(source(redmine), {}, last_night())
        seconds = redmine.seconds | {"filling": redmine.player.seconds}
        said = ", ".join(f"{name} {spent:.0f} s" for name, spent in seconds.items())
        sys.stdout.write(f"\nRedmine: {said}; {redmine.api.calls} calls\n")
        yield redmine, first, onwards, whole


def assert_says(found: dict[str, pl.DataFrame], url: str, as_of: dt.datetime) -> None:
    wanted = canonical(world(), as_of, url)
    for frame, rows in wanted.items():
        keys = KEYS[frame]
        assert_frame_equal(found[frame].select(rows.columns).sort(keys), rows.sort(keys))


def test_the_sample_company_comes_out_as_it_went_in(
    nights: tuple[Running, Found, Found, Found],
) -> None:
    redmine, first, _, whole = nights
    for found, night in ((first, first_night()), (whole, last_night())):
        assert found.quarantine == [] and found.unknown == {} and found.result.incomplete == {}
        assert_says(found.rows, redmine.url, night)


def test_an_incremental_read_misses_nothing_and_sees_what_was_deleted(
    nights: tuple[Running, Found, Found, Found],
) -> None:
    redmine, first, onwards, whole = nights
    standing = fold(HARNESS, source(redmine), [first, onwards])
    there = set(whole.rows["work_items"]["work_item_key"])
    assert difference(standing, fold(HARNESS, source(redmine), [whole])) == {}
    assert set(first.rows["work_items"]["record_key"]) - there, "nothing was deleted meanwhile"
    asked = {page.request for page in onwards.pages if page.stream == "histories"}
    assert 0 < len(asked) < len(there)


def test_a_first_pull_over_several_nights_and_in_a_scope_misses_nothing(
    nights: tuple[Running, Found, Found, Found],
) -> None:
    redmine, whole = nights[0], nights[3]
    scope = {"since": dt.date(2026, 10, 1)}
    scoped = read(source(redmine, **scope), {}, last_night())
    assert scoped.rows["work_items"].height < whole.rows["work_items"].height
    for options, wanted in (({}, whole), (scope, scoped)):
        share, reads = wanted.rows["work_items"].height // 3, [Found([], PullResult({}))]
        while len(reads) == 1 or reads[-1].result.progress:
            small = source(redmine, items_a_night=share, **options)
            reads.append(read(small, reads[-1].result.state, last_night()))
        assert len(reads) > 3
        found = fold(HARNESS, source(redmine), reads[1:])
        assert difference(found, fold(HARNESS, source(redmine), [wanted])) == {}


# The stand-in is like the real one

QUESTIONS = (
    "/users.json?status=1&sort=login&limit=100",
    "/users.json?status=2&sort=login",
    "/users.json?status=3&sort=login",
    "/users.json?status=*",
    "/users.json?status=&limit=3",
    "/projects.json?sort=id",
    "/issue_statuses.json",
    "/trackers.json",
    "/custom_fields.json",
    "/issues.json?sort=id",
    "/issues.json?status_id=*&sort=updated_on:desc&limit=1",
    "/issues.json?status_id=*&sort=id&limit=500",
    "/issues.json?status_id=*&sort=id&limit=100&offset=100",
    "/issues.json?status_id=*&sort=id&limit=10&offset=5000",
    "/issues.json?status_id=*&sort=id&project_id=corp&subproject_id=*",
    "/issues.json?status_id=*&sort=id&issue_id=10001,10003,99",
    "/issues.json?status_id=*&sort=id&updated_on=%3E%3D2026-10-01T00%3A00%3A00Z",
    "/time_entries.json?sort=id&limit=100&offset=300",
    "/time_entries.json?sort=id&from=2026-10-01",
    "/time_entries.json?sort=id&project_id=corp&subproject_id=*",
    "/time_entries.json?limit=2",
)
UNLIKE = frozenset({"updated_on", "created_on", "passwd_changed_on"})
"""Times that a server stamps on what is no part of the world, compared by type alone."""


@pytest.fixture(scope="module")
def both(nights: tuple[Running, Found, Found, Found]) -> Iterator[tuple[Running, str]]:
    redmine = nights[0]
    with serving(StandIn(Site(world(), last_night()), Manners(redmine.key))) as url:
        yield redmine, url


def shape(value: Any, name: str = "") -> Any:
    """The value without what may differ: records of people and lists carry times of their own."""
    if isinstance(value, dict):
        return {key: shape(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [shape(part) for part in value]
    return type(value).__name__ if name in UNLIKE else value


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_stand_in_answers_like_the_real_server(
    both: tuple[Running, str], question: str
) -> None:
    redmine, stand_in = both
    real = redmine.api("GET", question)
    ours = _asked(stand_in, redmine.key, question)
    if question.startswith(("/issues", "/time_entries")):
        assert ours == real
    else:
        assert shape(ours) == shape(real)


def test_the_stand_in_tells_histories_like_the_real_server(both: tuple[Running, str]) -> None:
    redmine, stand_in = both
    keys = sorted(int(item) for item in world().item_events["item"].unique())
    n = 0
    for key in keys[:: max(1, len(keys) // 60)]:
        question = f"/issues/{key}.json?include=journals"
        try:
            real = redmine.api("GET", question)
        except RuntimeError as error:
            assert ": 404" in str(error)
            continue
        assert _asked(stand_in, redmine.key, question) == real
        n += len(real["issue"]["journals"])
    assert n > 100


@pytest.mark.parametrize(
    ("question", "status"),
    [("/issues/9.json", 404), ("/issues.json?project_id=nowhere", 404)],
)
def test_both_refuse_alike(both: tuple[Running, str], question: str, status: int) -> None:
    redmine, stand_in = both
    for url in (redmine.url, stand_in):
        with pytest.raises(RuntimeError, match=f": {status} b''"):
            _asked(url, redmine.key, question)
        with pytest.raises(RuntimeError, match=": 401 b''"):
            _asked(url, "another-key", question)


def _asked(url: str, key: str, question: str) -> Any:
    api = Api(url, key)
    try:
        return api("GET", question)
    finally:
        api.close()


# Keys


def test_a_wrong_key_is_named(nights: tuple[Running, Found, Found, Found]) -> None:
    wrong = source(nights[0], api_key="0" * 40)
    (finding,) = wrong.check()
    assert finding.status == "error" and "API key is wrong" in finding.message
    with pytest.raises(SourceError, match="API key is wrong"):
        read(wrong, {}, last_night())


def test_check_finds_a_fitting_site(nights: tuple[Running, Found, Found, Found]) -> None:
    found = list(source(nights[0]).check())
    assert {finding.status for finding in found} == {"ok"}, found


def test_the_key_of_no_administrator_reads_all_but_accounts(
    nights: tuple[Running, Found, Found, Found],
) -> None:
    redmine, _, _, whole = nights
    guest = {"login": "guest", "firstname": "G", "lastname": "Uest", "mail": "g@sample.example"}
    made = redmine.api("POST", "/users.json", {"user": guest | {"generate_password": True}})["user"]
    member = {"membership": {"user_id": made["id"], "role_ids": [redmine.looking]}}
    for project in redmine.player.projects.values():
        redmine.api("POST", f"/projects/{project}/memberships.json", member)
    try:
        looking = source(redmine, api_key=made["api_key"])
        said = {finding.subject: finding for finding in looking.check()}
        assert said["users"].status == "error" and "administrator" in said["users"].message
        assert said["fields"].status != "error" and said["projects"].status == "ok"
        found = read(looking, {}, last_night())
    finally:
        redmine.api("DELETE", f"/users/{made['id']}.json")
    assert set(found.result.incomplete) == {"accounts"}
    assert found.rows["accounts"].is_empty()
    for frame in ("work_items", "work_item_changes", "worklogs", "key_sweeps"):
        assert set(found.rows[frame]["row_hash"]) == set(whole.rows[frame]["row_hash"]), frame


def test_a_deleted_issue_is_gone_with_the_next_read(
    nights: tuple[Running, Found, Found, Found],
) -> None:
    redmine, _, _, whole = nights
    logged = whole.rows["worklogs"]["work_item_key"]
    parents = whole.rows["work_items"]["parent_key"].drop_nulls().to_list()
    key = next(key for key in logged if key not in parents)
    at = last_night() + dt.timedelta(hours=1)
    redmine.api("DELETE", f"/issues/{key}.json", at=at)
    later = read(source(redmine), whole.result.state, at)
    standing = fold(HARNESS, source(redmine), [whole, later])
    assert key not in standing["work_items"]["work_item_key"]
    assert key not in standing["worklogs"]["work_item_key"]
    assert key in whole.rows["work_items"]["work_item_key"]
    assert len(standing["work_items"]) == len(whole.rows["work_items"]) - 1


def test_a_subproject_a_group_and_time_on_a_project_are_read_as_the_page_says(
    nights: tuple[Running, Found, Found, Found],
) -> None:
    redmine = nights[0]
    at, player = last_night() + dt.timedelta(hours=2), redmine.player
    below = {"name": "Below", "identifier": "below", "parent_id": player.projects["CORP"]}
    project = redmine.api("POST", "/projects.json", {"project": below})["project"]["id"]
    member = {"membership": {"user_id": player.group, "role_ids": [player.role]}}
    redmine.api("POST", f"/projects/{project}/memberships.json", member)
    issue = {"project_id": project, "tracker_id": 1, "subject": "Below"}
    issue |= {"assigned_to_id": player.group}
    issue = redmine.api("POST", "/issues.json", {"issue": issue}, at=at)["issue"]
    entry = {"project_id": project, "hours": 1.25, "spent_on": "2026-10-30"}
    entry = redmine.api("POST", "/time_entries.json", {"time_entry": entry}, at=at)["time_entry"]

    found = read(source(redmine, projects=["corp"]), {}, at)
    items = found.rows["work_items"]
    own = set(world().items.filter(pl.col("project") == "CORP")["item"])
    assert set(items["work_item_key"]) - own == {str(issue["id"])}
    new = items.filter(pl.col("title") == "Below").row(0, named=True)
    assert new["assignee_key"] == str(player.group)
    assert new["assignee_key"] not in found.rows["accounts"]["account_key"]
    (aside,) = found.quarantine
    assert aside["record_key"] == str(entry["id"]) and "work_item_key" in aside["reason"]
