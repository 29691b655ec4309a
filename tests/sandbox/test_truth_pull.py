"""pull_index worked out by hand (H1 to H4)."""

from __future__ import annotations

import math
import statistics
from typing import Any

import pytest

from sandbox.truth.pull import Parts, correlation
from tests.sandbox.effort_world import days, moves
from tests.sandbox.month_world import UNITS, crowd, found, row, wave
from tests.sandbox.tiny_world import Row, at, on

HEADED: list[Row] = [
    {"unit": "root", "head": "b-07"},
    {"unit": "a", "parent": "root", "head": "a-09"},
    {"unit": "b", "parent": "root", "head": "b-00"},
]
"""b-07 heads the whole, a-09 and b-00 head a and b."""


def origin(goal: Row, *owners: Row, **tables: Any) -> str | None:
    """What the month of unit root takes for the origin of its only goal."""
    rows = [{"goal": "g", **owner} for owner in owners]
    parts = {"units": HEADED, "goals": [{"goal": "g", **goal}], "goal_owners": rows, **tables}
    march = row(found(crowd(), parts), "pull_index", "root")
    if march["self_set_share"] is None:
        return None
    shares = {"self_set": march["self_set_share"], "negotiated": march["negotiated_share"]}
    return next((name for name, share in shares.items() if share == 1), "assigned")


@pytest.mark.parametrize("said", ["self_set", "negotiated", "assigned"])
def test_what_the_source_says_of_an_origin_counts(said: str) -> None:
    assert origin({"origin": said, "unit": "a", "created_by": "b-07"}) == said


def test_a_creator_who_owns_the_goal_set_it() -> None:
    goal = {"unit": "a", "created_by": "a-00"}
    assert origin(goal, {"person": "a-01"}, {"person": "a-00"}) == "self_set"
    # though the creator heads the unit above
    assert origin({"unit": "a", "created_by": "b-07"}, {"person": "b-07"}) == "self_set"


def test_where_only_units_own_a_goal_somebody_of_its_units_set_it() -> None:
    assert origin({"unit": "a", "created_by": "a-00"}) == "self_set"
    assert origin({"unit": "a", "created_by": "a-00"}, {"unit": "a"}) == "self_set"
    assert origin({"unit": "root", "created_by": "a-00"}) == "self_set"
    assert origin({"unit": "b", "created_by": "a-00"}) is None
    assert origin({"unit": "a", "created_by": "a-00"}, {"person": "a-01"}) is None


def test_the_head_of_a_unit_above_assigned_it() -> None:
    assert origin({"unit": "a", "created_by": "b-07"}, {"person": "a-01"}) == "assigned"
    # by the unit's own head, or that of a unit beside it, it is not known
    assert origin({"unit": "a", "created_by": "a-09"}, {"person": "a-01"}) is None
    assert origin({"unit": "a", "created_by": "b-00"}, {"person": "a-01"}) is None
    # b-07 sits in b: for a goal of b that nobody owns by name, that comes first
    assert origin({"unit": "b", "created_by": "b-07"}) == "self_set"


def test_heads_are_those_of_the_sunday() -> None:
    for first, expected in (("2026-03-29", "assigned"), ("2026-03-30", None)):
        later = {"unit": "root", "head": "a-05", "valid_from": on(first)}
        goal = {"unit": "b", "created_by": "a-05"}
        assert origin(goal, {"person": "b-01"}, units=[*HEADED, later]) == expected


def test_without_creator_or_unit_an_origin_is_not_known() -> None:
    assert origin({"unit": "a"}) is None
    assert origin({"unit": "a", "created_by": "stranger"}) is None
    assert origin({"created_by": "b-07"}) is None
    assert origin({"unit": "nowhere", "created_by": "b-07"}) is None


def test_shares_of_origins_are_of_the_known_ones() -> None:
    origins = ["self_set"] * 2 + ["negotiated"] + ["assigned"] * 5 + [None] * 4
    goals = [{"goal": f"g{n}", "unit": "a", "origin": o} for n, o in enumerate(origins)]
    march = row(found({"goals": goals}), "pull_index", "a")
    assert march["n_goals"] == 12
    assert (march["self_set_share"], march["negotiated_share"]) == (0.25, 0.125)
    assert march["parts_present"] == "origin"


def initiative(item: str, **more: object) -> Row:
    return {"item": item, "is_initiative": True, "first_assignee": "a-00", **more}


def test_initiatives_are_those_open_on_the_sunday_by_the_unit_of_today() -> None:
    items = [
        initiative("open"),
        initiative("new", created_at=at("2026-03-29 23:00")),
        initiative("too new", created_at=at("2026-03-30")),
        initiative("closes"),
        initiative("closed"),
        initiative("of b", first_assignee="b-00"),
        initiative("by effort", first_assignee=None),
        initiative("of nobody", first_assignee=None),
        initiative("of a unit to come", first_assignee="c-00"),
        {"item": "story", "parent": "by effort"},
    ]
    events = [
        {"item": "closes", "at": at("2026-03-30"), "field": "status", "after": "Done"},
        {"item": "closed", "at": at("2026-03-29"), "field": "status", "after": "Won't Do"},
    ]
    staff = crowd()
    new = on("2026-03-30")
    staff["people"].append({"person": "c-00", "employee_number": "c-00", "hired_on": new})
    staff["seats"].append({"person": "c-00", "unit": "c", "effective_from": new})
    staff["accounts"].append({"account": "c-00", "employee_number": "c-00"})
    units = [*UNITS, {"unit": "c", "parent": "root", "valid_from": new}]
    logs = days("b-01", "story", 2)
    parts = {"units": units, "items": items, "item_events": events, "worklogs": logs}
    tables = found(staff, parts)
    counts = {u: row(tables, "pull_index", u)["n_initiatives"] for u in ("root", "a", "b")}
    # the root has those of nobody and of the unit that there is only from 30 March on
    assert counts == {"root": 7, "a": 3, "b": 2}


def test_started_inside_is_by_the_reporters_seat_on_the_day_of_creation() -> None:
    staff = crowd()
    moves(staff, "a-01", "b", "2026-02-10")
    # an account that is nobody, and one of somebody who never had a seat
    staff["accounts"] += [{"account": "robot"}, {"account": "free-0", "employee_number": "free-0"}]
    left = on("2026-02-25")
    staff["people"].append({"person": "free-0", "employee_number": "free-0", "left_on": left})
    items = [
        initiative("inside", reporter="a-02", created_at=at("2026-02-20")),
        initiative("before the move", reporter="a-01", created_at=at("2026-02-09")),
        initiative("after the move", reporter="a-01", created_at=at("2026-02-10")),
        initiative("from b", reporter="b-02", created_at=at("2026-02-20")),
        initiative("by a robot", reporter="robot", created_at=at("2026-02-20")),
        initiative("by nobody", created_at=at("2026-02-20")),
        initiative("without a seat", reporter="free-0", created_at=at("2026-02-20")),
    ]
    tables = found(staff, {"items": items})
    march = row(tables, "pull_index", "a")
    assert (march["n_initiatives"], march["started_inside_share"]) == (7, 0.5)
    assert row(tables, "pull_index", "root")["started_inside_share"] == 1
    assert row(tables, "pull_index", "b")["started_inside_share"] is None
    # restated: a-01 sits in b today, whatever the day of creation
    assert row(tables, "pull_index", "a", basis="restated")["started_inside_share"] == 0.25


def test_the_index_is_the_mean_of_its_parts() -> None:
    goals = [
        {"goal": f"g{n}", "unit": "a", "origin": o} for n, o in enumerate(["self_set", "assigned"])
    ]
    items = [initiative("in", reporter="a-01"), initiative("out", reporter="b-01")]
    items += [initiative(f"in {n}", reporter="a-01") for n in range(3)]
    said = wave("w", "2026-03-10", {"ownership": 6, "participation": 3})
    tables = found({"goals": goals, "items": items}, said)
    march = row(tables, "pull_index", "a")
    # 1 of 2 goals, 4 of 5 initiatives
    assert march["pull_index"] == pytest.approx((0.5 + 0.8 + 0.6 + 0.3) / 4, abs=1e-12)
    assert march["parts_present"] == "origin,started_inside,ownership,participation"
    assert march["reason_missing"] is None
    # today's organisation has no survey of its own
    restated = row(tables, "pull_index", "a", basis="restated")
    assert restated["pull_index"] is None
    assert (restated["parts_present"], restated["reason_missing"]) == (
        "origin,started_inside",
        "no_survey",
    )


def test_the_index_needs_a_part_of_each_kind() -> None:
    asked = {"ownership": 6}
    only_said = row(found(wave("w", "2026-03-10", asked)), "pull_index", "a")
    assert (only_said["parts_present"], only_said["reason_missing"]) == (
        "ownership",
        "unknown_origin",
    )
    goal = {"goals": [{"goal": "g", "unit": "a", "origin": "assigned"}]}
    both = row(found(goal, wave("w", "2026-03-10", asked)), "pull_index", "a")
    assert (both["pull_index"], both["parts_present"]) == (0.3, "origin,ownership")
    nothing = row(found({"units": UNITS}), "pull_index", "a")
    assert (nothing["parts_present"], nothing["reason_missing"]) == ("", "no_survey")


def unit(work: tuple[float | None, float | None], said: tuple[float | None, float | None]) -> Parts:
    names = ("origin", "started_inside", "ownership", "participation")
    return dict(zip(names, (*work, *said), strict=True))


def test_the_correlation_is_of_means_over_ten_units_that_have_both() -> None:
    pairs = [(n / 10, (n % 3) / 10) for n in range(10)]
    units = [unit((x - 0.1, x + 0.1), (y, None)) for x, y in pairs]
    work, said = zip(*pairs, strict=True)
    left, right = ([v - statistics.fmean(side) for v in side] for side in (work, said))
    top = sum(a * b for a, b in zip(left, right, strict=True))
    expected = top / math.sqrt(sum(a * a for a in left) * sum(b * b for b in right))
    others = [unit((0.9, None), (None, None)), unit((None, None), (0.1, 0.2))]
    assert correlation([*units, *others]) == pytest.approx(expected, abs=1e-12)
    assert correlation([*units[:9], *others]) is None


def test_units_that_are_all_the_same_have_no_correlation() -> None:
    same = [unit((0.1 + 0.2, None), (n / 10, None)) for n in range(9)]
    assert correlation([*same, unit((0.3, None), (0.9, None))]) is None


def test_a_month_without_ten_units_says_no_correlation() -> None:
    goals = {"goals": [{"goal": "g", "unit": "a", "origin": "assigned"}]}
    tables = found(goals, wave("w", "2026-03-10", {"ownership": 6}))
    assert row(tables, "pull_index", "a")["structural_survey_correlation"] is None
