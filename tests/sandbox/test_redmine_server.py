"""The stand-in Redmine has the numbers, limits and refusals of a real one."""

from __future__ import annotations

import datetime as dt
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import pytest
import requests

from sandbox.redmine_server import Manners, Redmine, running, serving
from sandbox.redmine_site import Site
from sandbox.redmine_view import (
    FIRST_USER,
    PLACEHOLDER_HOST,
    ROBOT_ID,
    accounts,
    canonical,
    journals,
    worklog_days,
)
from sandbox.world import World, end_of
from tests.connectors.harness import sample_nights, sample_world
from tests.connectors.redmine_reading import with_deletions, with_reopened

KEY, GUEST = "a-key", "a-guest"
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def world() -> World:
    return sample_world()


@pytest.fixture(scope="module")
def redmine(world: World) -> Redmine:
    return Redmine(Site(world, end_of(world.end)), Manners(KEY, GUEST))


@pytest.fixture(scope="module")
def ask(redmine: Redmine) -> Iterator[Ask]:
    with serving(redmine) as address:

        def asked(path: str, key: str = KEY, **query: Any) -> Any:
            answer = requests.get(
                f"{address}/{path}.json",
                params=query,
                headers={"X-Redmine-API-Key": key},
                timeout=10,
            )
            return answer.json() if answer.status_code == 200 else answer.status_code

        yield asked


# Numbers and names


def test_items_and_worklogs_keep_their_numbers(ask: Ask, world: World) -> None:
    page = ask("issues", status_id="*", sort="id", limit=1)
    assert page["issues"][0]["id"] == world.items["item"].cast(pl.Int64).min()
    assert page["total_count"] == world.items.height
    assert ask("time_entries", sort="id")["time_entries"][0]["id"] == 20000001


def test_the_number_of_an_account_is_the_same_on_every_night(world: World) -> None:
    whole = accounts(world)
    assert whole["id"][0] == ROBOT_ID
    assert whole["id"][1:].to_list() == list(range(FIRST_USER, FIRST_USER + whole.height - 1))
    for night in sample_nights():
        opened = whole.filter(pl.col("created_at") <= night).height
        assert len(Site(world, night).users) == opened
        assert Site(world, night).users[-1]["id"] == whole["id"][opened - 1]


def test_everybody_has_an_address_and_nobody_anothers(world: World) -> None:
    mails = accounts(world)["mail"]
    assert mails.null_count() == 0 and mails.str.to_lowercase().is_unique().all()
    placeholder = mails.str.ends_with(f"@{PLACEHOLDER_HOST}").sum()
    assert placeholder == world.accounts["email"].null_count() > 0
    assert mails.str.contains(r"\+\d+@").sum() == world.accounts["email"].drop_nulls().len() - (
        world.accounts["email"].drop_nulls().str.to_lowercase().n_unique()
    )


def test_time_is_on_the_day_of_the_persons_own_calendar(world: World) -> None:
    days = world.worklogs.join(worklog_days(world), on="worklog")
    zone = world.people.join(world.locations, on="location").select("person", "time_zone")
    of = world.accounts.join(zone, on="person").select("account", "time_zone")
    logged = days.join(of, on="account")
    for (name,), part in logged.partition_by("time_zone", as_dict=True).items():
        local = part["started_at"].dt.convert_time_zone(name).dt.date()
        assert (local == part["spent_on"]).all()
    assert (days["started_at"].dt.date() != days["spent_on"]).any()
    strangers = days.join(of, on="account", how="anti")
    assert (strangers["started_at"].dt.date() == strangers["spent_on"]).all()


def test_what_a_redmine_shows_grows_from_night_to_night(world: World) -> None:
    earlier, later = (canonical(world, night) for night in sample_nights()[-2:])
    for frame in ("work_item_changes", "worklogs"):
        assert earlier[frame].join(later[frame], on=later[frame].columns, how="anti",
                                   nulls_equal=True).is_empty()  # fmt: skip


# Lists


def test_a_page_has_25_records_and_never_more_than_100(ask: Ask) -> None:
    assert len(ask("issues", status_id="*")["issues"]) == 25
    page = ask("issues", status_id="*", limit=5000)
    assert (len(page["issues"]), page["limit"]) == (100, 100)
    assert page["total_count"] > 100


def test_issues_are_open_ones_and_the_newest_first_unless_asked_otherwise(ask: Ask) -> None:
    page = ask("issues", limit=100)
    assert not any(issue["status"]["is_closed"] for issue in page["issues"])
    assert page["total_count"] < ask("issues", status_id="*")["total_count"]
    ids = [issue["id"] for issue in page["issues"]]
    assert ids == sorted(ids, reverse=True)
    changed = ask("issues", status_id="*", sort="updated_on:desc", limit=100)["issues"]
    times = [issue["updated_on"] for issue in changed]
    assert times == sorted(times, reverse=True)


def test_pages_together_give_every_record_once(ask: Ask, redmine: Redmine) -> None:
    found: list[int] = []
    while True:
        page = ask("time_entries", sort="id", offset=len(found), limit=90)
        found += [entry["id"] for entry in page["time_entries"]]
        if len(found) >= page["total_count"]:
            break
    assert found == sorted(redmine.site.entries)


def test_absent_objects_are_left_out_and_absent_values_are_null(redmine: Redmine) -> None:
    issues = redmine.site.issues.values()
    assert any("assigned_to" not in issue for issue in issues)
    assert any("parent" not in issue for issue in issues)
    assert all("due_date" in issue and "closed_on" in issue for issue in issues)


def test_users_are_listed_by_status_and_a_star_finds_nobody(ask: Ask, redmine: Redmine) -> None:
    counts = Counter(redmine.site.user_status.values())
    for status in (1, 2, 3):
        assert ask("users", status=status)["total_count"] == counts[status]
    assert ask("users", status="*")["total_count"] == 0
    assert ask("users", status="")["total_count"] == len(redmine.site.users)
    logins = [user["login"] for user in ask("users", limit=100)["users"]]
    assert logins == sorted(logins) and len(logins) == counts[1]


def test_a_project_is_found_by_its_identifier_or_number(ask: Ask) -> None:
    (corp,) = [p for p in ask("projects")["projects"] if p["identifier"] == "corp"]
    named = ask("issues", status_id="*", project_id="corp")
    assert named == ask("issues", status_id="*", project_id=corp["id"])
    assert {issue["project"]["id"] for issue in named["issues"]} == {corp["id"]}
    assert ask("issues", status_id="*", project_id="nowhere") == 404


# Histories


def test_a_parents_history_tells_of_its_children_and_moves_its_update(
    redmine: Redmine, world: World
) -> None:
    for parent, children in world.items.drop_nulls("parent").group_by("parent").agg("item").rows():
        details = [d for j in redmine.site.journals[int(parent)] for d in j["details"]]
        told = {d["new_value"] for d in details if d["name"] == "child_id"}
        assert told == set(children)
        issue, journals_ = redmine.site.issues[int(parent)], redmine.site.journals[int(parent)]
        assert issue["updated_on"] == max(journal["created_on"] for journal in journals_)


def test_journals_are_numbered_in_the_order_in_which_they_are_written(world: World) -> None:
    told = journals(world)
    assert told["journal"].to_list() == list(range(1, told.height + 1))
    assert told["at"].is_sorted()
    assert set(told["event"].drop_nulls()) == set(world.item_events["event"])


def test_a_reopened_issue_keeps_the_day_of_its_last_closing(world: World) -> None:
    reopened = [
        issue
        for issue in Site(with_reopened(world), end_of(world.end)).issues.values()
        if issue["closed_on"] and not issue["status"]["is_closed"]
    ]
    assert len(reopened) == 3
    for issue in reopened:
        assert issue["closed_on"] < issue["updated_on"]


def test_what_is_deleted_is_gone_with_its_time(world: World) -> None:
    gone = with_deletions(world)
    site = Site(gone, end_of(world.end))
    lost = {int(item) for item in gone.items.drop_nulls("deleted_at")["item"]}
    assert lost and not lost & set(site.issues)
    assert not lost & {entry["issue"]["id"] for entry in site.entries.values()}
    logs = {int(log) for log in gone.worklogs.drop_nulls("deleted_at")["worklog"]}
    assert logs and not logs & set(site.entries)


def test_hours_add_up_on_an_issue_and_on_all_above_it(redmine: Redmine) -> None:
    issues = redmine.site.issues.values()
    tops = sum(issue["total_spent_hours"] for issue in issues if "parent" not in issue)
    hours = sum(entry["hours"] for entry in redmine.site.entries.values())
    assert tops == pytest.approx(hours) == pytest.approx(sum(i["spent_hours"] for i in issues))


# Refusals


def test_who_has_no_right_key_gets_401(ask: Ask) -> None:
    for path in ("issues", "users/current", "time_entries", "trackers"):
        assert ask(path, key="another") == 401


def test_only_an_administrator_lists_users_and_custom_fields(ask: Ask) -> None:
    assert ask("users", key=GUEST) == ask("custom_fields", key=GUEST) == 403
    assert ask("issues", key=GUEST)["total_count"] > 0
    assert ask("users/current", key=GUEST)["user"]["admin"] is False
    assert ask("users/current")["user"] | {"admin": True} == ask("users/current")["user"]


def test_an_api_that_is_off_refuses_everybody(ask: Ask, redmine: Redmine) -> None:
    redmine.manners.api_is_on = False
    try:
        assert ask("users/current") == ask("issues") == 403
    finally:
        redmine.manners.api_is_on = True


def test_an_issue_that_is_not_there_gets_404_and_a_forbidden_one_403(
    ask: Ask, redmine: Redmine
) -> None:
    key = next(iter(redmine.site.issues))
    assert ask("issues/5") == 404
    assert "journals" in ask(f"issues/{key}", include="journals")["issue"]
    assert "journals" not in ask(f"issues/{key}")["issue"]
    redmine.manners = replace(redmine.manners, forbidden={key})
    try:
        assert ask(f"issues/{key}") == 403
    finally:
        redmine.manners = replace(redmine.manners, forbidden=frozenset())


def test_it_runs_for_as_long_as_it_is_wanted(world: World) -> None:
    night = sample_nights()[0]
    with running(world, night, key=KEY) as address:
        query = {"status_id": "*", "sort": "updated_on:desc", "limit": 1}
        headers = {"X-Redmine-API-Key": KEY}
        page = requests.get(f"{address}/issues.json", params=query, headers=headers, timeout=10)
        newest = dt.datetime.fromisoformat(page.json()["issues"][0]["updated_on"])
        assert night - dt.timedelta(days=7) < newest <= night
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=2)
