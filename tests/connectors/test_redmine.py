"""The Redmine connector reads all, says what it asks for, and what is wrong with a site."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys

import orjson
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from pydantic import ValidationError

from connectors.contract import SourceError
from connectors.tracking.redmine_settings import RedmineSettings
from sandbox.redmine_server import serving
from tests.connectors.contract_reading import Found
from tests.connectors.harness import sample_world
from tests.connectors.redmine_reading import (
    KEY,
    KEYS,
    connector,
    expected,
    found,
    last_night,
    own,
    redmine,
    with_reopened,
)


@pytest.fixture(scope="module")
def whole() -> Found:
    with serving(redmine()) as url:
        return found(url)


# A read


@pytest.mark.parametrize("frame", KEYS)
def test_a_first_read_equals_what_the_world_says(whole: Found, frame: str) -> None:
    assert whole.quarantine == [] and whole.result.incomplete == {}
    assert_frame_equal(own(frame, whole.rows[frame]), expected(frame))


def test_a_row_names_the_page_it_came_from(whole: Found) -> None:
    row = whole.rows["work_items"].row(-1, named=True)
    page = whole.pages[row["page"]]
    assert page.stream == "issues"
    assert int(row["work_item_key"]) in {one["id"] for one in orjson.loads(page.body)["issues"]}


def test_versions_are_the_times_of_the_source(whole: Found) -> None:
    items, changes = whole.rows["work_items"], whole.rows["work_item_changes"]
    assert (items["version"] == items["updated_at"]).all()
    assert (changes["version"] == changes["changed_at"]).all()
    assert whole.rows["worklogs"]["version"].null_count() == 0


def test_work_is_on_its_day_in_every_zone_from_minus_12_to_nearly_plus_12(whole: Found) -> None:
    started = whole.rows["worklogs"]["started_at"]
    for hours in (-12, -5, 0, 5, 11.98):
        local = started.dt.replace_time_zone(None) + dt.timedelta(hours=hours)
        assert (local.dt.date() == started.dt.date()).all()


def test_closed_statuses_are_done_or_dropped_and_the_first_one_is_todo() -> None:
    with serving(redmine()) as url:
        plain = found(url, mapping={"status_categories": {}, "dropped_statuses": ()})
        meant = found(url, mapping={"status_categories": {"In Review": "done"}})

    def categories(read: Found) -> dict[str, str]:
        return dict(read.rows["work_items"].select("status", "status_category").unique().rows())

    assert categories(plain) == {
        "Backlog": "todo",
        "Selected": "doing",
        "In Progress": "doing",
        "In Review": "doing",
        "Done": "done",
        "Won't Do": "done",
    }
    assert categories(meant)["In Review"] == "done"
    reviewed = meant.rows["work_items"].filter(pl.col("status") == "In Review")
    assert reviewed["closed_at"].null_count() == reviewed.height > 0


def test_a_reopened_item_is_not_closed_although_redmine_keeps_the_day() -> None:
    again = with_reopened(sample_world())
    with serving(redmine(of=again)) as url:
        read = found(url)
    assert_frame_equal(
        own("work_items", read.rows["work_items"]), expected("work_items", None, again)
    )


def test_custom_fields_may_be_named_by_their_numbers(whole: Found) -> None:
    numbers = {"goal_fields": ("1",), "points_field": "2", "employee_number_field": "3"}
    with serving(redmine()) as url:
        read = found(url, mapping=numbers)
    for frame in KEYS:
        assert_frame_equal(own(frame, read.rows[frame]), own(frame, whole.rows[frame]))


def test_allowed_fields_arrive_in_extra() -> None:
    with serving(redmine()) as url:
        read = found(url, mapping={"extra_fields": ("priority", "Points", "fixed_version")})
    extra = orjson.loads(read.rows["work_items"]["extra"][0])
    assert set(extra) == {"priority", "Points", "fixed_version"}
    assert extra["priority"] == {"id": 1, "name": "Normal"} and extra["fixed_version"] is None


def test_only_the_projects_named_are_read_with_their_time(whole: Found) -> None:
    with serving(redmine()) as url:
        read = found(url, projects=("corp",), page_size=20)
    types = {p["project"]["name"] for page in read.pages if page.stream == "issues"
             for p in orjson.loads(page.body)["issues"]}  # fmt: skip
    assert types == {"Project CORP"}
    for frame, key in (("work_items", "work_item_key"), ("worklogs", "worklog_key")):
        swept = read.rows["key_sweeps"].filter(pl.col("frame") == frame)["key"]
        assert 0 < len(read.rows[frame]) < len(whole.rows[frame])
        assert set(swept) == set(read.rows[frame][key])


def test_projects_that_overlap_are_read_once() -> None:
    with serving(redmine()) as url:
        once, twice = found(url, projects=("corp",)), found(url, projects=("corp", "corp"))
    for frame, rows in once.rows.items():
        assert sorted(twice.rows[frame]["row_hash"]) == sorted(rows["row_hash"])


# What a read remembers and asks


def test_the_next_read_begins_an_hour_before_the_newest_change_of_the_last_one() -> None:
    server = redmine()
    with serving(server) as url:
        state = found(url).result.state
        newest = max(issue["updated_on"] for issue in server.site.issues.values())
        began = dt.datetime.fromisoformat(newest) - dt.timedelta(hours=1)
        assert dt.datetime.fromisoformat(state["updated_since"]) == began
        server.asked.clear()
        later = found(url, state)
    changed = [
        key
        for key, issue in server.site.issues.items()
        if dt.datetime.fromisoformat(issue["updated_on"]) >= began
    ]
    histories = [path for path in server.asked if "journals" in path]
    assert sorted(histories) == sorted(f"/issues/{n}.json?include=journals" for n in changed)
    assert later.result.state == state


def test_a_change_stamped_after_tonight_moves_the_next_read_no_further() -> None:
    server = redmine()
    next(iter(server.site.issues.values()))["updated_on"] = "2031-01-01T00:00:00Z"
    with serving(server) as url:
        state = found(url).result.state
    reached = dt.datetime.fromisoformat(state["updated_since"])
    assert last_night() - dt.timedelta(hours=1, seconds=1) < reached < last_night()


def test_an_empty_site_is_read_from_its_beginning_next_time() -> None:
    server = redmine()
    for issue in list(server.site.issues):
        server.site.forget(issue)
    with serving(server) as url:
        read = found(url)
    assert read.rows["work_items"].is_empty() and read.rows["key_sweeps"].is_empty()
    assert read.result.state["updated_since"] == "1970-01-01T00:00:00Z"


def test_other_goal_fields_or_projects_make_the_next_read_a_whole_one(whole: Found) -> None:
    with serving(redmine()) as url:
        for options in ({"projects": ("corp",)}, {"mapping": {"goal_fields": ("2",)}}):
            changed = {page.stream for page in found(url, whole.result.state, **options).pages}
            assert "issue_sweep" not in changed


def test_the_key_is_tried_before_the_first_question_and_after_the_last() -> None:
    server = redmine()
    with serving(server) as url:
        found(url)
    current = [n for n, path in enumerate(server.asked) if path.startswith("/users/current.json")]
    assert current == [0, len(server.asked) - 1]


def test_a_key_that_stops_being_valid_while_reading_leaves_nothing_behind() -> None:
    server = redmine()
    with serving(server) as url:
        reading = connector(url).pull({}, last_night())
        while next(reading).stream != "time_entries":
            pass
        server.manners.key = "another-one"
        with pytest.raises(SourceError, match="API key is wrong"):
            list(reading)


@pytest.mark.parametrize("url", ["http://redmine.example.com", "redmine.example.com", "file:///"])
def test_an_address_that_would_show_the_key_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must be https"):
        RedmineSettings(url=url, api_key=KEY)  # type: ignore[arg-type]


def test_the_module_reads_a_site_named_by_the_environment() -> None:
    with serving(redmine()) as url:
        done = subprocess.run(
            [sys.executable, "-m", "connectors.tracking.redmine"],
            env=os.environ | {"REDMINE_URL": url, "REDMINE_API_KEY": KEY},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert set(re.findall(r"^ *[1-9]\d* (\w+)$", done.stdout, re.MULTILINE)) == set(KEYS)
    assert KEY not in done.stdout + done.stderr
