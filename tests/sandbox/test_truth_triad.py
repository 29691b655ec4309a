"""goal_triad and alignment_chain, worked out by hand (C1 to C8, G10)."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from sandbox.truth.triad import similarity
from sandbox.world import end_of
from tests.sandbox.tiny_world import AS_OF, Row, at, on, one, truth, world

WHY = "Customers wait a week for what should take a day"
QUIET = {"is_initiative": True, "first_status": "In Progress"}
METRICS: dict[str, list[Row]] = {"goal_metrics": [{"goal": "z", "metric": "m"}]}
OWNERS: dict[str, list[Row]] = {"goal_owners": [{"goal": "z", "person": "p"}]}
LINKS: dict[str, list[Row]] = {"links": [{"goal": "z", "item": "none"}]}
"""What makes a part known for all goals of the source, beside a goal `z`."""


def triad(goal: str = "a", **tables: list[Row]) -> Row:
    return one(truth(world(**tables))["goal_triad"], goal_id=f"goals:{goal}")


def chain(**tables: list[Row]) -> list[tuple[str | None, ...]]:
    """goal, metric, initiative, link_status, link_method without sources."""
    found = truth(world(**tables))["alignment_chain"]
    ids = [pl.col(f"{c}_id").str.split(":").list.last() for c in ("goal", "metric", "initiative")]
    return found.select(*ids, "link_status", "link_method").rows()


def log(item: str, day: str, account: str, hours: float = 8) -> Row:
    start = at(f"{day} 09:00")
    return {"item": item, "account": account, "started_at": start,
            "seconds": round(hours * 3600), "created_at": start}  # fmt: skip


def test_a_goal_with_metric_initiative_owner_and_why_is_complete() -> None:
    row = triad(
        goals=[{"goal": "a", "title": "Answer faster", "why": WHY}],
        people=[{"person": "p"}],
        goal_owners=[{"goal": "a", "person": "p"}],
        metrics=[{"metric": "m"}],
        goal_metrics=[{"goal": "a", "metric": "m"}],
        items=[{"item": "i", **QUIET}],
        links=[{"goal": "a", "item": "i"}],
    )
    assert row == {
        "goal_id": "goals:a", "org_unit_id": None, "n_metrics": 1, "n_live_metrics": 0,
        "n_initiatives": 1, "n_live_initiatives": 0, "initiative_via": "own", "has_owner": True,
        "has_why": True, "is_complete": True,
        "completeness_basis": "metric,initiative,owner,why", "missing_parts": "",
        "effort_person_days_90d": None,
    }  # fmt: skip


def test_missing_parts_are_listed_and_why_is_asked_only_where_the_source_has_it() -> None:
    told = {**METRICS, **OWNERS, **LINKS}
    bare = triad(goals=[{"goal": "a"}, {"goal": "z"}], **told)
    assert (bare["has_why"], bare["completeness_basis"]) == (None, "metric,initiative,owner")
    assert (bare["missing_parts"], bare["is_complete"]) == ("metric,initiative,owner", False)
    beside = triad(goals=[{"goal": "a"}, {"goal": "z", "why": WHY}], **told)
    assert (beside["has_why"], beside["missing_parts"]) == (False, "metric,initiative,owner,why")


def test_where_nothing_was_ever_told_nothing_is_asked_and_nothing_is_zero() -> None:
    row = triad(goals=[{"goal": "a"}])
    assert row == {
        "goal_id": "goals:a", "org_unit_id": None, "n_metrics": None, "n_live_metrics": None,
        "n_initiatives": None, "n_live_initiatives": None, "initiative_via": None,
        "has_owner": None, "has_why": None, "is_complete": None, "completeness_basis": "",
        "missing_parts": "", "effort_person_days_90d": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "part", "absent"),
    [
        (METRICS, "metric", {"n_metrics": 0, "n_live_metrics": 0}),
        (
            LINKS,
            "initiative",
            {"n_initiatives": 0, "n_live_initiatives": 0, "initiative_via": "none"},
        ),
        (OWNERS, "owner", {"has_owner": False}),
    ],
)
def test_a_part_that_was_told_of_any_goal_is_asked_of_every_goal(
    told: dict[str, list[Row]], part: str, absent: Row
) -> None:
    row = triad(goals=[{"goal": "a"}, {"goal": "z"}], **told)
    asked = {name: row[name] for name in absent}
    assert (asked, row["completeness_basis"], row["missing_parts"]) == (absent, part, part)
    assert row["is_complete"] is False
    counted = [name for name in row if name.startswith(("n_", "has_", "initiative_"))]
    assert {row[name] for name in counted if name not in absent} == {None}


@pytest.mark.parametrize(
    ("tables", "is_asked"),
    [
        ({"items": [{"item": "task"}]}, False),
        ({"items": [{"item": "task", "first_goals": "nowhere"}]}, True),
        (
            {
                "items": [{"item": "task"}],
                "item_events": [
                    {"item": "task", "at": at("2026-02-01"), "field": "goal", "before": "z"}
                ],
            },
            True,
        ),
        (
            {
                "items": [{"item": "task"}],
                "item_events": [
                    {"item": "task", "at": at("2026-02-01"), "field": "status", "before": "z"}
                ],
            },
            False,
        ),
    ],
)
def test_a_goal_named_on_any_item_now_or_before_makes_initiatives_known(
    tables: dict[str, list[Row]], is_asked: bool
) -> None:
    row = triad(goals=[{"goal": "a"}], **tables)
    assert (row["n_initiatives"], row["completeness_basis"]) == (
        (0, "initiative") if is_asked else (None, "")
    )


def test_a_target_that_begins_after_as_of_was_not_told_yet() -> None:
    later = [{"goal": "z", "metric": "m", "effective_from": on("2026-04-01")}]
    row = triad(goals=[{"goal": "a"}, {"goal": "z"}], goal_metrics=later)
    assert row["n_metrics"] is None


@pytest.mark.parametrize(
    ("why", "has_why"),
    [
        (WHY, True),
        ("Because we must.", False),  # 16 characters
        ("faster  ANSWER, all customers!", False),  # the title again
        ("We want to be loved by all of them", False),  # the parent's why again
        (None, False),
    ],
)
def test_a_why_is_long_enough_and_new(why: str | None, has_why: bool) -> None:
    row = triad(
        goals=[
            {"goal": "a", "title": "Answer all customers faster", "why": why},
            {"goal": "b", "why": "we want to be loved, by all of them", "status": "draft"},
        ],
        goal_edges=[{"child": "a", "parent": "b"}],
    )
    assert row["has_why"] is has_why


def test_similarity_is_common_words_over_all_words() -> None:
    assert similarity("Ship it, now", "ship IT later") == 2 / 4
    assert similarity("", "--") == 0.0


@pytest.mark.parametrize(
    ("owner", "has_owner"),
    [
        ({"person": "here"}, True),
        ({"person": "gone"}, False),
        ({"person": "nobody"}, False),
        ({"unit": "root"}, True),
        ({"unit": "nowhere"}, False),
    ],
)
def test_an_owner_is_somebody_employed_or_a_unit(owner: Row, has_owner: bool) -> None:
    row = triad(
        goals=[{"goal": "a"}],
        units=[{"unit": "root"}],
        people=[{"person": "here"}, {"person": "gone", "left_on": on("2026-03-30")}],
        goal_owners=[{"goal": "a", **owner}],
    )
    assert row["has_owner"] is has_owner


@pytest.mark.parametrize(
    ("cadence", "read_on", "is_live"),
    [
        (10, "2026-03-16", True),  # 15 days ago
        (10, "2026-03-15", False),
        (None, "2026-02-24", True),  # 35 days ago
        (None, "2026-02-23", False),
    ],
)
def test_a_metric_is_live_within_one_and_a_half_cadences(
    cadence: int | None, read_on: str, is_live: bool
) -> None:
    row = triad(
        goals=[{"goal": "a"}],
        metrics=[{"metric": "m", "cadence_days": cadence}, {"metric": "later"}],
        goal_metrics=[
            {"goal": "a", "metric": "m"}, {"goal": "a", "metric": "m"},
            {"goal": "a", "metric": "later", "effective_from": on("2026-04-01")},
            {"goal": "a", "metric": "unknown"},
        ],
        observations=[
            {"metric": "m", "observed_on": on(read_on), "recorded_at": at(read_on)},
            {"metric": "m", "observed_on": on("2026-03-30"), "recorded_at": at("2026-04-02")},
        ],
    )  # fmt: skip
    assert (row["n_metrics"], row["n_live_metrics"]) == (1, int(is_live))


def test_initiatives_come_from_the_goal_and_from_active_goals_below_it() -> None:
    tables = {
        "goals": [{"goal": g} for g in ("a", "b", "c")] + [{"goal": "d", "status": "draft"}],
        "goal_edges": [
            {"child": "b", "parent": "a"}, {"child": "c", "parent": "b"},
            {"child": "d", "parent": "a"}, {"child": "c", "parent": "d"},
        ],
        "items": [
            {"item": "i", **QUIET}, {"item": "sub", "parent": "i", **QUIET},
            {"item": "j", **QUIET}, {"item": "gone", **QUIET, "deleted_at": at("2026-03-01")},
            {"item": "task", "first_goals": "a"},
        ],
        "links": [
            {"goal": "b", "item": "i"}, {"goal": "c", "item": "i"}, {"goal": "c", "item": "gone"},
            {"goal": "d", "item": "j"},
        ],
    }  # fmt: skip
    # `sub` inherits from `i`; `task` is no initiative and its link does not rise
    assert (triad("a", **tables)["n_initiatives"], triad("a", **tables)["initiative_via"]) == (
        2, "descendant",
    )  # fmt: skip
    assert (triad("c", **tables)["n_initiatives"], triad("c", **tables)["initiative_via"]) == (
        2, "own",
    )  # fmt: skip
    unlinked = {**tables, "links": [{"goal": "b", "item": "i", "unlinked_at": at("2026-03-31")}]}
    assert triad("a", **unlinked)["initiative_via"] == "none"


@pytest.mark.parametrize(
    ("sign", "is_live"),
    [
        ({}, False),
        ({"worklogs": [log("task", "2026-03-04", "x")]}, True),  # 27 days ago
        ({"worklogs": [log("task", "2026-03-03", "x")]}, False),
        ({"item_events": [{"item": "task", "at": at("2026-03-04"), "field": "assignee"}]}, True),
        ({"item_events": [{"item": "task", "at": at("2026-03-03"), "field": "assignee"}]}, False),
        ({"item_events": [{"item": "other", "at": at("2026-03-04"), "field": "assignee"}]}, False),
        ({"items": [{"item": "new", "parent": "i", "created_at": at("2026-03-30")}]}, True),
        (
            {
                "item_events": [
                    {"item": "i", "at": at("2026-03-30"), "field": "status",
                     "before": "In Progress", "after": "Done"}
                ]
            },
            False,
        ),
    ],
)  # fmt: skip
def test_an_initiative_is_live_with_a_sign_of_life_in_28_days(sign: Row, is_live: bool) -> None:
    items = [
        {"item": "i", **QUIET}, {"item": "task", "parent": "i"},
        {"item": "inner", "parent": "i", **QUIET}, {"item": "other", "parent": "inner"},
    ]  # fmt: skip
    tables = {"goals": [{"goal": "a"}, {"goal": "z"}], **sign}
    tables["items"] = items + sign.get("items", [])
    tables["links"] = [{"goal": "a", "item": "i"}, {"goal": "z", "item": "inner"}]
    row = triad(**tables)
    assert (row["n_initiatives"], row["n_live_initiatives"]) == (1, int(is_live))


def test_effort_of_ninety_days_rises_from_goals_below_in_whole_days() -> None:
    # day 90 back from 31 March 2026 is 31 December 2025, outside; five people at 0.3 make 1.5
    tables = {
        "goals": [{"goal": "a"}, {"goal": "b"}],
        "goal_edges": [{"child": "b", "parent": "a"}],
        "items": [{"item": "i", "first_goals": "b"}],
        "worklogs": [log("i", "2026-01-01", f"x{n}", hours=2.4) for n in range(5)]
        + [log("i", "2025-12-31", "x0")],
    }
    assert triad("b", **tables)["effort_person_days_90d"] == 2.0
    assert triad("a", **tables)["effort_person_days_90d"] == 2.0
    four = {**tables, "worklogs": tables["worklogs"][1:]}
    assert triad("a", **four)["effort_person_days_90d"] is None


def test_goals_that_are_individual_private_or_not_active_have_no_row() -> None:
    goals = [
        {"goal": "a"}, {"goal": "b", "level": "individual"}, {"goal": "c", "status": "draft"},
        {"goal": "d", "visibility": "private"}, {"goal": "e", "ends_on": AS_OF},
        {"goal": "f", "ends_on": AS_OF - dt.timedelta(days=1)},
        {"goal": "g", "starts_on": AS_OF + dt.timedelta(days=1)},
    ]  # fmt: skip
    found = truth(world(goals=goals))["goal_triad"]["goal_id"].to_list()
    assert found == ["goals:a", "goals:e"]


# The chain ----------------------------------------------------------------------------------


def test_the_chain_multiplies_metrics_and_initiatives_and_divides_effort() -> None:
    made = world(
        goals=[{"goal": "a"}],
        metrics=[{"metric": "m1"}, {"metric": "m2"}],
        goal_metrics=[{"goal": "a", "metric": "m1"}, {"goal": "a", "metric": "m2"}],
        items=[
            {"item": "i", **QUIET}, {"item": "j", **QUIET, "first_goals": "a"},
            {"item": "task", "parent": "i"},
        ],
        links=[{"goal": "a", "item": "i", "stated_in": "declared"}],
        worklogs=[log("task", "2026-03-02", f"x{n}", hours=5) for n in range(5)],
    )  # fmt: skip
    found = truth(made)["alignment_chain"]
    # five times 5/8 of a day is 3.125, 3 whole days on two rows
    columns = (
        "metric_id", "initiative_id", "link_status", "link_method", "link_confidence",
        "effort_allocated", "as_of",
    )  # fmt: skip
    assert found.select(columns).rows() == [
        ("goals:m1", "jira:i", "complete", "declared", 1.0, 1.5, end_of(AS_OF)),
        ("goals:m1", "jira:j", "complete", "item_reference", 0.9, None, end_of(AS_OF)),
        ("goals:m2", "jira:i", "complete", "declared", 1.0, 1.5, end_of(AS_OF)),
        ("goals:m2", "jira:j", "complete", "item_reference", 0.9, None, end_of(AS_OF)),
    ]


def test_link_status_by_own_parts_and_what_lies_below() -> None:
    goals = [{"goal": g} for g in ("both", "ini", "met", "none", "pm", "pn", "below")]
    found = chain(
        goals=goals,
        goal_edges=[{"child": "below", "parent": "pm"}, {"child": "below", "parent": "pn"}],
        metrics=[{"metric": "m"}],
        goal_metrics=[{"goal": g, "metric": "m"} for g in ("both", "met", "pm", "below")],
        items=[{"item": "i", **QUIET}],
        links=[{"goal": g, "item": "i"} for g in ("both", "ini", "below")],
    )
    assert found == [
        ("below", "m", "i", "complete", "goal_system"),
        ("both", "m", "i", "complete", "goal_system"),
        ("ini", None, "i", "goal_without_metric", "goal_system"),
        ("met", "m", None, "goal_without_initiative", None),
        ("none", None, None, "goal_without_both", None),
        ("pm", "m", None, "initiative_below", None),
        ("pn", None, None, "goal_without_metric", None),
    ]


def test_what_serves_no_goal_or_only_hidden_goals_has_a_row_of_its_own() -> None:
    found = chain(
        goals=[
            {"goal": "own", "level": "individual"}, {"goal": "old", "ends_on": on("2026-01-01")},
        ],
        metrics=[{"metric": "m1"}, {"metric": "m2"}, {"metric": "m3"}],
        goal_metrics=[{"goal": "own", "metric": "m1"}, {"goal": "old", "metric": "m2"}],
        items=[{"item": i, **QUIET} for i in ("i1", "i2", "i3")],
        links=[{"goal": "own", "item": "i1"}, {"goal": "old", "item": "i2"}],
    )  # fmt: skip
    assert found == [
        (None, None, "i1", "goal_not_published", None),
        (None, None, "i2", "initiative_without_goal", None),
        (None, None, "i3", "initiative_without_goal", None),
        (None, "m1", None, "goal_not_published", None),
        (None, "m2", None, "metric_without_goal", None),
        (None, "m3", None, "metric_without_goal", None),
    ]


def test_initiatives_closed_more_than_ninety_days_ago_are_left_out() -> None:
    def closed(item: str, day: str) -> Row:
        return {"item": item, "at": at(day), "field": "status", "before": "In Progress",
                "after": "Done"}  # fmt: skip

    found = chain(
        goals=[{"goal": "a"}],
        items=[{"item": "i", **QUIET}, {"item": "j", **QUIET}],
        links=[{"goal": "a", "item": "i"}, {"goal": "a", "item": "j"}],
        item_events=[closed("i", "2025-12-31"), closed("j", "2025-12-30")],
        goal_metrics=[{"goal": "a", "metric": "unknown"}],
    )
    assert found == [("a", None, "i", "goal_without_metric", "goal_system")]


def test_where_no_metric_was_told_the_chain_asks_for_initiatives_alone() -> None:
    found = chain(
        goals=[{"goal": g} for g in ("ini", "above", "none")],
        goal_edges=[{"child": "ini", "parent": "above"}],
        items=[{"item": "i", **QUIET}],
        links=[{"goal": "ini", "item": "i"}],
    )
    assert found == [
        ("above", None, None, "initiative_below", None),
        ("ini", None, "i", "complete", "goal_system"),
        ("none", None, None, "goal_without_initiative", None),
    ]


def test_where_no_link_was_told_the_chain_asks_for_metrics_alone() -> None:
    found = chain(
        goals=[{"goal": g} for g in ("met", "none")],
        metrics=[{"metric": "m1"}, {"metric": "m2"}],
        goal_metrics=[{"goal": "met", "metric": m} for m in ("m1", "m2")],
    )
    assert found == [
        ("met", "m1", None, "complete", None),
        ("met", "m2", None, "complete", None),
        ("none", None, None, "goal_without_metric", None),
    ]


def test_where_neither_was_told_a_goal_has_no_chain() -> None:
    assert chain(goals=[{"goal": "a"}], goal_owners=[{"goal": "a", "person": "p"}]) == []


def test_link_methods_by_confidence_and_inherited_links_are_hierarchy() -> None:
    found = chain(
        goals=[{"goal": "a"}],
        items=[
            {"item": "i", **QUIET, "first_goals": "a"}, {"item": "sub", "parent": "i", **QUIET},
            {"item": "j", **QUIET},
        ],
        links=[
            {"goal": "a", "item": "i"}, {"goal": "a", "item": "j"},
            {"goal": "a", "item": "j", "stated_in": "declared"},
        ],
    )  # fmt: skip
    assert [(row[2], row[4]) for row in found] == [
        ("i", "goal_system"), ("j", "declared"), ("sub", "hierarchy"),
    ]  # fmt: skip


def test_units_of_rows_without_a_goal() -> None:
    made = world(
        units=[{"unit": "root"}, {"unit": "a", "parent": "root"}, {"unit": "b", "parent": "root"}],
        people=[{"person": p, "employee_number": p} for p in ("pa", "pb")],
        seats=[{"person": "pa", "unit": "a"}, {"person": "pb", "unit": "b"}],
        accounts=[{"account": p, "employee_number": p} for p in ("pa", "pb")],
        metrics=[{"metric": "m", "owner": "pb"}, {"metric": "n"}],
        items=[
            {"item": "i", **QUIET, "first_assignee": "pa"},
            {"item": "j", **QUIET, "first_assignee": "robot"}, {"item": "t", "parent": "j"},
            {"item": "k", **QUIET},
        ],
        worklogs=[
            log("i", "2026-03-02", "pb"), log("t", "2025-06-03", "pb"),
            log("t", "2026-03-03", "pa", hours=7),
        ],
    )  # fmt: skip
    found = truth(made)["alignment_chain"]
    units = {
        r["initiative_id"] or r["metric_id"]: r["org_unit_id"] for r in found.iter_rows(named=True)
    }
    assert units == {
        "jira:i": "hr:a",  # its assignee's, whoever worked on it
        "jira:j": "hr:b",  # a day of pb against 7 hours of pa
        "jira:k": None,
        "goals:m": "hr:b",
        "goals:n": None,
    }
