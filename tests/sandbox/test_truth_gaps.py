"""What is missing, since when and how severe it is, by hand (N1, N2)."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.sandbox.effort_world import days, people
from tests.sandbox.tiny_world import Row, at, on, one, truth, world

FIRST, LAST = "2026-03-02", "2026-03-23"
"""Mondays of the weeks with effort: four."""
UNITS: list[Row] = [{"unit": "root"}, {"unit": "a", "parent": "root"}]
BEGUN = on("2025-12-01")
TOP: Row = {"goal": "top", "level": "company", "unit": "root", "starts_on": BEGUN}
G: Row = {"goal": "g", "unit": "a", "starts_on": BEGUN}
WHOLE: dict[str, list[Row]] = {
    "units": UNITS,
    "goals": [TOP, G],
    "goal_edges": [{"child": "g", "parent": "top"}],
    "goal_owners": [{"goal": "g", "unit": "a"}, {"goal": "top", "unit": "root"}],
    "metrics": [{"metric": "m", "owner": "a-00"}, {"metric": "n"}],
    "goal_metrics": [{"goal": "g", "metric": "m"}, {"goal": "top", "metric": "n"}],
    "observations": [
        {"metric": m, "observed_on": on("2026-02-03"), "recorded_at": at("2026-02-03"),
         "value": 1.0}
        for m in "mn"
    ],
    "checkins": [{"goal": g, "at": at("2026-02-25")} for g in ("top", "g")],
    "items": [
        {"item": "e", "is_initiative": True, "first_goals": "g", "first_assignee": "a-00"},
        {"item": "other"},
    ],
}  # fmt: skip
"""Nothing is missing."""


def gaps(first: str = FIRST, last: str = LAST, as_of: str = "2026-03-31", **tables: Any) -> Any:
    """The mart for six people in unit a, with an hour of effort in the first and last week."""
    logs = [*days("a-00", "other", 1, first), *days("a-00", "other", 1, last)]
    crowd = people({"a": 6})
    made = world(**{**WHOLE, **crowd, "worklogs": logs, **tables})
    return truth(made, as_of=on(as_of))["alignment_gaps"]


def weeks_of(table: pl.DataFrame, gap_id: str) -> tuple[str, str, str | None]:
    """first_seen, since, resolved_on."""
    row = one(table, gap_id=gap_id)
    assert row["is_open"] == (row["resolved_on"] is None)
    ended = row["resolved_on"]
    return str(row["first_seen"]), str(row["since"]), None if ended is None else str(ended)


def kinds(table: pl.DataFrame, subject: str) -> set[str]:
    return set(table.filter(subject_id=subject)["kind"])


def test_where_nothing_is_missing_there_is_no_gap() -> None:
    assert gaps().is_empty()


def test_an_initiative_is_without_goal_while_it_is_open_and_none_of_its_goals_is_active() -> None:
    bare = {"item": "x", "is_initiative": True, "created_at": at("2026-03-10")}
    items = [*WHOLE["items"], bare]
    found = gaps(items=items)
    row = one(found, gap_id="initiative_without_goal|jira:x")
    assert weeks_of(found, row["gap_id"]) == ("2026-03-09", "2026-03-09", None)
    assert (row["subject_type"], row["subject_id"]) == ("initiative", "jira:x")
    # closed on the Thursday of the third week
    closed = [{"item": "x", "at": at("2026-03-19"), "field": "status", "after": "Done"}]
    found = gaps(items=items, item_events=closed)
    assert weeks_of(found, row["gap_id"]) == ("2026-03-09", "2026-03-09", "2026-03-22")
    # a goal that ends on Friday, 20 March; one that is individual still is a goal
    over = {"goal": "over", "unit": "a", "ends_on": on("2026-03-20"), "level": "individual"}
    linked = [*WHOLE["items"], {**bare, "first_goals": "over"}]
    found = gaps(items=linked, goals=[TOP, G, over])
    assert weeks_of(found, row["gap_id"]) == ("2026-03-16", "2026-03-16", None)


def test_a_link_counts_when_it_is_known_two_weeks_after_the_sunday() -> None:
    items = [*WHOLE["items"], {"item": "x", "is_initiative": True}]
    links = [{"goal": "g", "item": "x", "linked_at": at("2026-03-29")}]
    found = gaps(items=items, links=links)
    assert weeks_of(found, "initiative_without_goal|jira:x") == (
        "2026-03-02", "2026-03-02", "2026-03-15")  # fmt: skip


def test_a_gap_that_comes_again_is_since_its_last_run_and_first_seen_in_its_first() -> None:
    items = [*WHOLE["items"], {"item": "x", "is_initiative": True, "first_goals": "g"}]
    events = [
        {"item": "x", "at": at(day), "field": "goal", "before": before, "after": after}
        for day, before, after in (
            ("2026-03-03", "g", None), ("2026-03-24", None, "g"), ("2026-03-25", "g", None))
    ]  # fmt: skip
    # linked for a day, which the weeks of 9 and 16 March know in time, and hold to the 25th
    row = "initiative_without_goal|jira:x"
    found = gaps(items=items, item_events=events)
    assert weeks_of(found, row) == ("2026-03-02", "2026-03-23", None)
    found = gaps(items=items, item_events=events[:2])
    assert weeks_of(found, row) == ("2026-03-02", "2026-03-02", "2026-03-15")


def test_a_goal_that_was_none_for_a_week_lacks_nothing_in_it() -> None:
    statuses = [("2026-03-10", "cancelled"), ("2026-03-17", "open")]
    events = [{"event": f"s{n}", "goal": "top", "at": at(day), "field": "status", "after": status}
              for n, (day, status) in enumerate(statuses)]  # fmt: skip
    found = gaps(goal_metrics=WHOLE["goal_metrics"][:1], goal_events=events)
    assert weeks_of(found, "goal_without_metric|goals:top") == (
        "2025-12-01", "2026-03-16", None)  # fmt: skip


def test_a_metric_is_without_goal_from_its_first_reading_on_even_before_all_effort() -> None:
    found = gaps(goal_metrics=[{"goal": "g", "metric": "m", "effective_from": on("2026-02-18")},
                               *WHOLE["goal_metrics"][1:]])  # fmt: skip
    row = one(found, gap_id="metric_without_goal|goals:m")
    assert weeks_of(found, row["gap_id"]) == ("2026-02-02", "2026-02-02", "2026-02-22")
    assert (row["org_unit_id"], row["effort_person_days_90d"]) == ("hr:a", None)
    # one that nobody ever read is none
    metrics = [*WHOLE["metrics"], {"metric": "unread"}]
    assert kinds(gaps(metrics=metrics), "goals:unread") == set()


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({"goal_metrics": WHOLE["goal_metrics"][1:]}, "goal_without_metric"),
        ({"goal_owners": WHOLE["goal_owners"][1:]}, "goal_without_owner"),
        ({"goal_owners": [{"goal": "g", "person": "gone"}, *WHOLE["goal_owners"][1:]]},
         "goal_without_owner"),
        ({"goal_edges": []}, "goal_unaligned"),
        ({"goal_edges": [{"child": "g", "parent": "top", "edge_type": "supports"}]}, "goal_island"),
        ({"goals": [{**TOP, "ends_on": on("2026-02-20")}, G]}, "goal_lapsed"),
        ({"checkins": [], "observations": []}, "goal_phantom_owned"),
    ],
)  # fmt: skip
def test_what_a_goal_lacks_is_named(tables: dict[str, list[Row]], expected: str) -> None:
    gone = {"person": "gone", "hired_on": on("2020-01-01"), "left_on": on("2026-01-31")}
    crowd = people({"a": 6})
    crowd["people"].append(gone)
    found = gaps(**{**crowd, **tables})
    opened = found.filter("is_open", subject_id="goals:g")
    assert expected in set(opened["kind"])
    assert set(opened["org_unit_id"]) == {"hr:a"}
    hidden = [{**row, "visibility": "private"} if row["goal"] == "g" else row
              for row in tables.get("goals", WHOLE["goals"])]  # fmt: skip
    assert kinds(gaps(**{**crowd, **tables, "goals": hidden}), "goals:g") == set()


def test_an_owner_counts_on_the_days_when_they_are_employed() -> None:
    crowd = people({"a": 6})
    crowd["people"].append({"person": "p", "hired_on": on("2026-03-12"), "left_on": None})
    owners = [{"goal": "g", "person": "p"}, *WHOLE["goal_owners"][1:]]
    found = gaps(**crowd, goal_owners=owners)
    assert weeks_of(found, "goal_without_owner|goals:g")[2] == "2026-03-15"


def test_a_goal_has_an_initiative_by_link_effort_or_an_active_child() -> None:
    spare = {"goal": "h", "unit": "a"}
    goals, edges = [TOP, G, spare], [*WHOLE["goal_edges"], {"child": "h", "parent": "top"}]
    row = "goal_without_initiative|goals:h"
    found = gaps(goals=goals, goal_edges=edges)
    # judged from the first week of effort on, though the goal is older
    assert weeks_of(found, row) == ("2026-03-02", "2026-03-02", None)
    child = [*goals, {"goal": "k", "starts_on": on("2026-03-16")}]
    under = [*edges, {"child": "k", "parent": "h"}]
    assert weeks_of(gaps(goals=child, goal_edges=under), row)[2] == "2026-03-22"
    # effort of a mere task, in the 91 days to the Sunday
    items = [*WHOLE["items"], {"item": "task", "first_goals": "h"}]
    logs = [*days("a-00", "task", 1, "2025-12-08"), *days("a-00", "other", 1, LAST)]
    found = gaps(goals=goals, goal_edges=edges, items=items, worklogs=logs)
    assert weeks_of(found, row) == ("2026-03-09", "2026-03-09", None)


def test_a_link_above_an_initiative_counts_unless_it_has_one_of_its_own() -> None:
    goals = [TOP, G, {"goal": "h", "unit": "a"}]
    edges = [*WHOLE["goal_edges"], {"child": "h", "parent": "top"}]
    above = {"item": "p", "first_goals": "h"}
    for own, is_missing in ((None, False), ("g", True)):
        epic = {"item": "x", "is_initiative": True, "parent": "p", "first_goals": own}
        found = gaps(goals=goals, goal_edges=edges, items=[*WHOLE["items"], above, epic])
        assert ("goal_without_initiative" in kinds(found, "goals:h")) == is_missing


def test_what_no_source_ever_told_is_no_gap() -> None:
    items = [{k: v for k, v in row.items() if k != "first_goals"} for row in WHOLE["items"]]
    found = gaps(items=items, goal_owners=[], goal_metrics=[])
    assert set(found["kind"]).isdisjoint(
        {"goal_without_initiative", "initiative_without_goal", "goal_without_owner",
         "goal_without_metric", "metric_without_goal"}
    )  # fmt: skip


def test_risks_that_a_mean_hides_are_gaps_of_the_weeks_in_which_they_are_hidden() -> None:
    goals = [TOP, {**G, "starts_on": on("2026-01-01"), "ends_on": on("2026-06-30")}]
    metrics = [{"goal": "g", "metric": m, "baseline": 0.0, "target": 1.0} for m in "mn"]
    readings = [
        {"metric": m, "observed_on": on(day), "recorded_at": at(day), "value": value}
        for m, day, value in (
            ("m", "2026-02-03", 1.0), ("n", "2026-02-03", 1.0), ("n", "2026-03-11", 0.0))
    ]  # fmt: skip
    found = gaps(goals=goals, goal_metrics=[*metrics, *WHOLE["goal_metrics"][1:]],
                 observations=readings)  # fmt: skip
    assert weeks_of(found, "goal_hidden_risk|goals:g") == ("2026-03-09", "2026-03-09", None)


def test_severity_is_the_kinds_weight_by_half_and_by_effort_up_to_200_days() -> None:
    bare = [*WHOLE["items"], *({"item": i, "is_initiative": True} for i in ("big", "small", "one"))]
    logs = [
        *(r for n in range(6) for r in days(f"a-{n:02}", "big", 30, "2026-02-23")),
        *(r for n in range(5) for r in days(f"a-{n:02}", "small", 1, "2026-02-02")),
        *(r for n in range(4) for r in days(f"a-{n:02}", "one", 1, "2026-02-03")),
    ]
    found = gaps(items=bare, worklogs=logs)
    severity = {
        item: (row["effort_person_days_90d"], row["severity"])
        for item in ("big", "small", "one")
        for row in [one(found, gap_id=f"initiative_without_goal|jira:{item}")]
    }
    # four people are too few for a number
    assert severity == {"big": (180, 0.95), "small": (5, 0.5125), "one": (None, 0.5)}
    more = [*logs, *(r for n in range(6) for r in days(f"a-{n:02}", "big", 10, "2026-01-05"))]
    most = one(gaps(items=bare, worklogs=more), gap_id="initiative_without_goal|jira:big")
    assert (most["effort_person_days_90d"], most["severity"]) == (240, 1.0)
    # a goal's effort is that of its triad
    linked = [*WHOLE["items"], {"item": "big", "is_initiative": True, "first_goals": "g"}]
    unowned = gaps(items=linked, worklogs=logs[:180], goal_owners=WHOLE["goal_owners"][1:])
    row = one(unowned, gap_id="goal_without_owner|goals:g")
    assert (row["effort_person_days_90d"], row["severity"]) == (180, pytest.approx(0.57))
