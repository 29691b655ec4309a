"""integration worked out by hand (J1 to J3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.effort_world import days
from tests.sandbox.month_world import FEBRUARY, MARCH, SIZES, found, row, wave
from tests.sandbox.tiny_world import Row, at, on

GOAL: Row = {"goal": "g", "unit": "a", "checkin_cadence_days": 30}


def worked(item: str, n: int, first: str = "2026-03-23") -> list[Row]:
    """So many days of everybody in a, in the Sunday's week."""
    return [log for k in range(SIZES["a"]) for log in days(f"a-{k:02}", item, n, first)]


def reading(metric: str, day: str, entry: str | None, recorded: str | None = None) -> Row:
    return {"metric": metric, "observed_on": on(day), "value": 1.0, "entry": entry,
            "recorded_at": at(recorded or day)}  # fmt: skip


def march(*parts: dict[str, list[Row]], unit: str = "a", **options: Any) -> Row:
    return row(found(*parts, **options), "integration", unit)


def test_checkins_and_alignment_are_those_of_the_sunday() -> None:
    goals = [GOAL, {**GOAL, "goal": "late"}, {**GOAL, "goal": "never"}, {**GOAL, "goal": "top"}]
    checkins = [
        {"goal": "g", "at": at("2026-02-27")},
        {"goal": "late", "at": at("2026-02-26")},
        {"goal": "never", "at": at("2026-03-30")},
        {"goal": "top", "at": at("2026-03-29")},
    ]
    edges = [{"child": "g", "parent": "top"}]
    found_row = march({"goals": goals, "checkins": checkins, "goal_edges": edges})
    assert found_row["checkins_on_cadence_share"] == 0.5
    assert found_row["goals_aligned_up_share"] == 0.25


def test_effort_is_linked_where_it_has_a_goal_or_had_one() -> None:
    goals = [GOAL, {"goal": "over", "unit": "b", "ends_on": on("2026-03-01")}]
    items = [{"item": "on g", "first_goals": "g"}, {"item": "on over", "first_goals": "over"}]
    logs = worked("on g", 1) + worked("on over", 1, "2026-03-24") + worked("any", 2, "2026-03-25")
    tables = {"goals": goals, "items": items, "worklogs": logs}
    assert march(tables)["effort_linked_share"] == pytest.approx(0.5, abs=1e-12)
    # nobody in b worked; at the root forty days of ninety are enough
    assert march(tables, unit="b")["effort_linked_share"] is None
    assert march(tables, unit="root")["effort_linked_share"] == pytest.approx(0.5, abs=1e-12)
    few = {**tables, "worklogs": worked("on g", 1)}
    assert march(few)["effort_linked_share"] is None


def test_a_metric_is_automated_by_its_newest_reading() -> None:
    names = ["auto", "manual", "was auto", "mended", "silent", "unsaid", "later", "of b"]
    targets = [{"goal": "of b" if m == "of b" else "g", "metric": m} for m in names]
    targets.append({"goal": "other", "metric": "auto"})
    goals = [GOAL, {"goal": "other", "unit": "a"}, {"goal": "of b", "unit": "b"}]
    observations = [
        reading("auto", "2026-03-01", "integration"),
        reading("manual", "2026-03-01", "manual"),
        reading("was auto", "2026-03-01", "integration"),
        reading("was auto", "2026-03-29", "manual"),
        # of one day, the last recording
        reading("mended", "2026-03-01", "manual", "2026-03-03"),
        reading("mended", "2026-03-01", "integration", "2026-03-30"),
        reading("unsaid", "2026-03-01", "manual"),
        reading("unsaid", "2026-03-08", None),
        reading("later", "2026-03-30", "manual"),
        reading("of b", "2026-03-01", "manual"),
    ]
    tables = {
        "goals": goals,
        "goal_metrics": targets,
        "metrics": [{"metric": m} for m in names],
        "observations": observations,
    }
    # auto and mended of auto, manual, was auto and mended
    assert march(tables)["automated_metric_share"] == 0.5
    assert march(tables, unit="root")["automated_metric_share"] == pytest.approx(0.4, abs=1e-12)
    assert march({"goals": [GOAL]})["automated_metric_share"] is None


@pytest.mark.parametrize(
    ("link", "weeks"),
    [
        ({"linked_at": at("2026-03-16")}, 1),
        ({"linked_at": at("2026-03-15 23:59")}, 2),
        ({"linked_at": at("2026-03-29 12:00")}, 0),
        ({"linked_at": at("2026-03-30")}, None),
        ({"linked_at": at("2026-03-01"), "unlinked_at": at("2026-03-02")}, 4),
        ({}, 5),
    ],
)
def test_weeks_since_the_first_link_count_it_even_when_it_is_gone(
    link: Row, weeks: int | None
) -> None:
    item = {"item": "i", "created_at": at("2026-02-20")}
    linked = {"links": [{"goal": "g", "item": "i", **link}], "items": [item], "goals": [GOAL]}
    assert march(linked)["weeks_since_first_link"] == weeks
    assert march(linked, unit="b")["weeks_since_first_link"] is None


def test_the_first_of_several_links_counts() -> None:
    dates = {"i": "2026-03-20", "j": "2026-03-06", "k": "2026-03-13"}
    links = [{"goal": "g", "item": i, "linked_at": at(day)} for i, day in dates.items()]
    tables = {"links": links, "items": [{"item": i} for i in dates], "goals": [GOAL]}
    assert march(tables)["weeks_since_first_link"] == 3


def stage(*parts: dict[str, list[Row]], unit: str = "a") -> str:
    found_row = march(*parts, unit=unit)
    return str(found_row["stage"])


MEASURED: dict[str, list[Row]] = {
    "goal_metrics": [{"goal": "g", "metric": "m"}],
    "metrics": [{"metric": "m", "cadence_days": 7}],
    "observations": [reading("m", "2026-03-20", "manual")],
}
LINKED: dict[str, list[Row]] = {"links": [{"goal": "g", "item": "any", "linked_at": None}]}


def test_a_stage_is_the_last_step_with_all_before_it() -> None:
    goal = {"goals": [GOAL]}
    seen = wave("w", "2026-03-10", {"los_actions": 5})
    assert stage(goal, LINKED, MEASURED, seen) == "understood"
    assert stage(goal, LINKED, MEASURED, wave("w", "2026-03-10", {"los_actions": 4})) == "measured"
    assert stage(goal, LINKED, seen) == "linked"
    assert stage(goal, MEASURED, seen) == "connected"
    old = {**MEASURED, "observations": [reading("m", "2026-03-18", "manual")]}
    assert stage(goal, LINKED, old) == "linked"
    restated = row(found(goal, LINKED, MEASURED, seen), "integration", "a", basis="restated")
    assert restated["stage"] == "measured"


def test_effort_alone_links_a_unit() -> None:
    tables = {"goals": [{"goal": "g", "unit": "b"}], "worklogs": worked("on g", 3),
              "items": [{"item": "on g", "first_goals": "g"}]}  # fmt: skip
    assert march(tables)["weeks_since_first_link"] is None
    assert stage(tables) == "linked"


def test_nobody_observable_and_no_goal_is_no_stage() -> None:
    people = [{"person": f"b-{n}"} for n in range(6)]
    unseen = {
        "people": people,
        "seats": [{"person": p["person"], "unit": "b"} for p in people],
        "accounts": [{"account": "robot"}],
    }
    assert stage(unseen, unit="b") == "none"
    assert stage(unseen, {"goals": [{"goal": "g", "unit": "b"}]}, unit="b") == "connected"


def test_the_index_needs_three_parts() -> None:
    said = wave("w", "2026-03-10", {"helps_us_decide": 7})
    goal = {"goals": [GOAL], "checkins": [{"goal": "g", "at": at("2026-03-20")}]}
    three = march(goal, said)
    assert three["parts_present"] == "checkins,aligned_up,helps_us_decide"
    assert three["integration_index"] == pytest.approx((1 + 0 + 0.7) / 3, abs=1e-12)
    assert three["reason_missing"] is None
    two = march(goal)
    assert (two["integration_index"], two["parts_present"]) == (None, "checkins,aligned_up")
    assert two["reason_missing"] == "few_parts"
    work = {"worklogs": worked("any", 3)}
    all_five = march(goal, said, MEASURED, work)
    assert all_five["parts_present"] == (
        "checkins,aligned_up,effort_linked,automated,helps_us_decide"
    )
    assert all_five["integration_index"] == pytest.approx((1 + 0 + 0 + 0 + 0.7) / 5, abs=1e-12)


def test_a_change_is_to_the_month_three_before_with_the_same_parts() -> None:
    said = wave("w", "2025-11-10", {"helps_us_decide": 7})
    goals = [GOAL, {**GOAL, "goal": "top", "starts_on": on("2026-01-10")}]
    edges = [{"child": "g", "parent": "top"}]
    checkins = [{"goal": goal, "at": at(day)} for goal in ("g", "top")
                for day in ("2025-12-20", "2026-03-20")]  # fmt: skip
    tables = found(
        said, {"goals": goals, "goal_edges": edges, "checkins": checkins}, first="2025-12-01"
    )
    december, march_row = (
        row(tables, "integration", "a", month) for month in (on("2025-12-01"), MARCH)
    )
    assert december["integration_index"] == pytest.approx((1 + 0 + 0.7) / 3, abs=1e-12)
    assert march_row["integration_index"] == pytest.approx((1 + 0.5 + 0.7) / 3, abs=1e-12)
    assert march_row["change_3m"] == pytest.approx(0.5 / 3, abs=1e-12)
    assert december["change_3m"] is None
    assert row(tables, "integration", "a", FEBRUARY)["change_3m"] is None
    # another part in March: no change
    more = found(
        said,
        {"goals": goals, "goal_edges": edges, "checkins": checkins, "worklogs": worked("any", 3)},
        first="2025-12-01",
    )
    assert row(more, "integration", "a")["change_3m"] is None
