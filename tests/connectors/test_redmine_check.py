"""What `check`, and a read, say of a Redmine that does not fit."""

from __future__ import annotations

from typing import Any

import pytest
from polars.testing import assert_frame_equal

from sandbox.redmine_server import Redmine, serving
from tests.connectors.contract_reading import Found
from tests.connectors.redmine_reading import (
    GUEST_KEY,
    connector,
    found,
    own,
    redmine,
)


@pytest.fixture(scope="module")
def whole() -> Found:
    with serving(redmine()) as url:
        return found(url)


def findings(server: Redmine, **options: Any) -> dict[str, list[tuple[str, str]]]:
    """By subject: status and message of what `check` says."""
    said: dict[str, list[tuple[str, str]]] = {}
    with serving(server) as url:
        for finding in connector(url, **options).check():
            said.setdefault(finding.subject, []).append((finding.status, finding.message))
    return said


def test_check_names_the_nearest_of_what_the_site_does_not_have() -> None:
    said = findings(
        redmine(),
        projects=("crop",),
        mapping={
            "goal_fields": ("Goal",),
            "points_field": "99",
            "employee_number_field": "Employe number",
            "initiative_trackers": ("Epics",),
            "status_categories": {"In Progres": "doing"},
        },
    )
    errors = {s: [m for status, m in all_ if status == "error"] for s, all_ in said.items()}
    assert errors["projects"] == ["the site has no project `crop`; nearest: Project CORP (corp)"]
    assert errors["fields"] == [
        "the site has no custom field of issues `Goal`; nearest: Goals (1)",
        "the site has no custom field of issues `99`; there are: Goals (1), Points (2)",
    ]
    assert "nearest: Employee number (3)" in errors["users"][0]
    assert errors["initiative trackers"] == [
        "the site has no tracker `Epics`; nearest: Epic",
    ]
    assert errors["statuses"] == ["the site has no status `In Progres`; nearest: In Progress"]


def test_check_tells_a_wrong_key_from_an_api_that_is_off() -> None:
    assert "API key is wrong" in findings(redmine(), api_key="other")["account"][0][1]
    ((status, words),) = findings(redmine(api_is_on=False))["account"]
    assert status == "error" and "Enable REST web service" in words


def test_check_says_what_the_key_of_no_administrator_costs() -> None:
    said = findings(redmine(shows_time=False), api_key=GUEST_KEY)
    assert said["account"][0][0] == "ok" and "no administrator" in said["account"][0][1]
    for subject, status, words in (
        ("users", "error", "neither e-mail addresses nor employee numbers"),
        ("fields", "warning", "list of custom fields"),
        ("spent time", "warning", "View spent time"),
    ):
        assert said[subject][0][0] == status and words in said[subject][0][1]
    assert ("ok", "Goals, Points") in said["fields"]


def test_a_read_with_the_key_of_no_administrator_says_what_is_missing(whole: Found) -> None:
    with serving(redmine(shows_time=False)) as url:
        read = found(url, api_key=GUEST_KEY)
    assert set(read.result.incomplete) == {"accounts", "worklogs", "key_sweeps"}
    assert "administrator" in read.result.incomplete["accounts"]
    for frame in ("work_items", "work_item_changes"):
        assert_frame_equal(own(frame, read.rows[frame]), own(frame, whole.rows[frame]))


def test_a_site_without_a_goal_field_is_warned_of() -> None:
    said = findings(redmine(), mapping={"goal_fields": ()})
    assert ("warning", "`goal_fields` is not set: no item will name a goal") in said["fields"]
