"""Odd records of Redmine are set aside alone, and its journals become changes."""

from __future__ import annotations

from typing import Any

import orjson
import polars as pl
import pytest

from connectors.contract import Page
from connectors.edge import conform
from sandbox.redmine_server import serving
from tests.connectors.contract_reading import Found
from tests.connectors.redmine_reading import (
    connector,
    found,
    last_night,
    redmine,
)


@pytest.fixture(scope="module")
def whole() -> Found:
    with serving(redmine()) as url:
        return found(url)


def test_an_issue_that_vanishes_before_its_history_is_asked_is_no_fault() -> None:
    server = redmine()
    with serving(server) as url:
        source = connector(url)
        reading = source.pull({}, last_night())
        pages = []
        for page in reading:
            pages.append(page)
            if page.stream == "histories" and len(server.site.issues) > 100:
                server.site.forget(max(server.site.issues))
    rows = pl.concat(
        [rows for frame, rows in source.map(enumerate(pages)) if frame == "work_items"]
    )
    assert str(max(server.site.issues) + 1) in rows["work_item_key"]


def test_an_issue_without_a_page_of_its_own_is_named() -> None:
    server = redmine()
    listed = dict(server.site.issues)
    with serving(server) as url:
        reading = connector(url).pull({}, last_night())
        pages = 0
        try:
            while True:
                page = next(reading)
                pages += 1
                if page.stream == "issues":
                    server.site.issues = {key: one for key, one in listed.items() if key != 10001}
                if page.stream == "histories":
                    server.site.issues = listed
        except StopIteration as end:
            said = end.value.incomplete
    assert set(said) == {"work_item_changes"} and "(404): 10001" in said["work_item_changes"]


def test_time_of_no_length_and_time_on_no_issue_are_set_aside_by_themselves(whole: Found) -> None:
    server = redmine()
    first, second, third, *_ = server.site.entries
    server.site.entries[first]["hours"] = 0.0
    del server.site.entries[second]["issue"]
    server.site.entries[third]["spent_on"] = None
    with serving(server) as url:
        read = found(url)
    reasons = {row["record_key"]: row["reason"] for row in read.quarantine}
    assert reasons[str(first)].startswith("seconds: is outside its bounds")
    assert reasons[str(second)] == "work_item_key: is missing"
    assert "started_at" in reasons[str(third)]
    assert len(read.rows["worklogs"]) == len(whole.rows["worklogs"]) - 3


def test_an_issue_of_another_shape_is_set_aside_by_itself(whole: Found) -> None:
    server = redmine()
    first, second, *_ = server.site.issues
    server.site.issues[first] = server.site.issues[first] | {"status": "Done"}
    server.site.issues[second] = server.site.issues[second] | {"due_date": "0000-00-00"}
    with serving(server) as url:
        read = found(url)
    assert [row["frame"] for row in read.quarantine] == ["work_items"]
    assert len(read.rows["work_items"]) == len(whole.rows["work_items"]) - 1
    due = read.rows["work_items"].filter(pl.col("work_item_key") == str(second))["due_on"]
    assert due.to_list() == [None]


def changes(journals: list[dict[str, Any]], fields: list[dict[str, Any]]) -> pl.DataFrame:
    """What the journals of one issue become."""
    issue = {"id": 7, "custom_fields": fields, "journals": journals}
    statuses = {"issue_statuses": [{"id": 1, "name": "New", "is_closed": False}]}
    bodies = {"issue_statuses": statuses, "histories": {"issue": issue}}
    pages = [Page(name, orjson.dumps(body), name) for name, body in bodies.items()]
    source = connector("https://redmine.example.com")
    (rows,) = [r for frame, r in source.map(enumerate(pages)) if frame == "work_item_changes"]
    good = conform("work_item_changes", "redmine", rows)
    assert good.quarantine.is_empty()
    return good.rows


def journal(number: int, *details: dict[str, Any]) -> dict[str, Any]:
    at = f"2026-05-0{number}T10:00:00Z"
    return {"id": number, "user": {"id": 3}, "created_on": at, "details": list(details)}


def detail(kind: str, name: str, before: Any, after: Any) -> dict[str, Any]:
    return {"property": kind, "name": name, "old_value": before, "new_value": after}


def test_each_kind_of_change_is_read_and_others_are_not() -> None:
    rows = changes(
        [
            journal(
                1,
                detail("attr", "status_id", "1", "99"),
                detail("attr", "assigned_to_id", None, "5"),
                detail("attr", "parent_id", "3", ""),
                detail("attr", "due_date", "2026-05-01", "2026-06-01"),
                detail("attr", "subject", "a", "b"),
                detail("cf", "1", "G1", "G1, G2"),
                detail("cf", "2", "1.0", "2.0"),
                detail("relation", "relates", None, "8"),
            ),
            journal(2, detail("cf", "1", "G1, G2", "G1 G2")),
        ],
        [{"id": 1, "name": "Goals", "value": "G1 G2"}],
    )
    assert rows.select("change_key", "field", "from_value", "to_value").rows() == [
        ("1-status_id", "status", "New", "99"),
        ("1-assigned_to_id", "assignee", None, "5"),
        ("1-parent_id", "parent", "3", None),
        ("1-due_date", "due", "2026-05-01", "2026-06-01"),
        ("1-cf-1", "goal", "goals:G1", "goals:G1;goals:G2"),
    ]
    assert rows["author_key"].unique().to_list() == ["3"]


def test_a_field_with_several_goals_is_followed_back_from_what_it_holds_now() -> None:
    rows = changes(
        [
            journal(1, detail("cf", "1", None, "G1"), detail("cf", "1", None, "G2")),
            journal(2, detail("cf", "1", "G1", None)),
            journal(3, detail("cf", "1", None, "G3"), detail("cf", "1", "G2", None)),
        ],
        [{"id": 1, "name": "Goals", "multiple": True, "value": ["G3"]}],
    )
    assert rows.select("from_value", "to_value").rows() == [
        (None, "goals:G1;goals:G2"),
        ("goals:G1;goals:G2", "goals:G2"),
        ("goals:G2", "goals:G3"),
    ]


def test_a_goal_chosen_from_a_list_of_numbers_is_read_by_its_label() -> None:
    label = {"value": "12", "label": "G00012"}
    custom = {"id": 1, "name": "Goals", "customized_type": "issue", "possible_values": [label]}
    server = redmine()
    server.site.custom_fields = lambda: [custom]  # type: ignore[method-assign]
    issue = next(iter(server.site.issues.values()))
    issue["custom_fields"] = [{"id": 1, "name": "Goals", "value": "12"}]
    with serving(server) as url:
        read = found(url)
    assert read.rows["work_items"]["goal_refs"][0] == "goals:G00012"
