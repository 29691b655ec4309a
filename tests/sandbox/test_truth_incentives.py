"""incentive_alignment worked out by hand (I1 to I4)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.truth.incentives import way
from tests.sandbox.effort_world import moves
from tests.sandbox.month_world import crowd, found
from tests.sandbox.tiny_world import Row, on, one

FIRST, LAST = on("2026-01-01"), on("2026-03-31")
TOPS: list[Row] = [
    {"goal": "t1", "level": "company", "unit": "root"},
    {"goal": "t2", "level": "company", "unit": "root"},
]
PEOPLE = [f"a-{n:02}" for n in range(5)]


def line(person: str, measure: str | None, weight: float | None = 1.0, **more: Any) -> Row:
    kind = "metric" if (measure or "").startswith("m") else "goal"
    return {"person": person, "period_start": FIRST, "period_end": LAST, "measure_kind": kind,
            "measure": measure, "weight": weight, **more}  # fmt: skip


def cell(
    lines: list[Row],
    unit: str = "a",
    *,
    staff: dict[str, list[Row]] | None = None,
    as_of: str = "2026-03-31",
    **tables: list[Row],
) -> Row:
    """The row of the first quarter; `goals` come beside two top goals of the root."""
    numbered = [{"line": f"I{n}", **row} for n, row in enumerate(lines)]
    goals = TOPS + tables.pop("goals", [])
    parts = {"incentive_lines": numbered, "goals": goals, **tables}
    made = found(staff or crowd(), parts, as_of=as_of)["incentive_alignment"]
    return one(made, org_unit_id=f"hr:{unit}", period_start=FIRST, period_end=LAST)


def every(*lines: tuple[Any, ...], **more: Any) -> list[Row]:
    """The same lines for each of five people."""
    return [line(person, *some, **more) for person in PEOPLE for some in lines]


def goal(name: str, *tops: str, weight: float | None = 1.0, **more: Any) -> dict[str, list[Row]]:
    """A goal of a that contributes to these top goals."""
    return {
        "goals": [{"goal": name, "unit": "a", "weight": weight, **more}],
        "goal_edges": [{"child": name, "parent": top} for top in tops],
    }


def both(*parts: dict[str, list[Row]]) -> dict[str, list[Row]]:
    return {k: [row for part in parts for row in part[k]] for k in ("goals", "goal_edges")}


def test_pay_as_the_goals_weigh_is_no_distance() -> None:
    tables = both(goal("g1", "t1", weight=3.0), goal("g2", "t2", weight=1.0))
    row = cell(every(("g1", 0.6), ("g2", 0.2)), **tables)
    assert (row["n_people"], row["suppressed"], row["reason_missing"]) == (5, False, None)
    assert row["weight_distance"] == pytest.approx(0, abs=1e-12)
    assert (row["orphan_weight_share"], row["opposed_share"]) == (0, 0)
    # q = (½, ½), p = (¾, ¼)
    half = cell(every(("g1", 0.3), ("g2", 0.3)), **tables)
    assert half["weight_distance"] == pytest.approx(0.25, abs=1e-12)


def test_a_line_counts_equally_for_its_goals_and_a_goal_for_its_tops() -> None:
    tables = both(goal("g1", "t1", "t2", weight=2.0), goal("g2", weight=2.0), goal("g3", "t1"))
    targets = [{"goal": g, "metric": "m"} for g in ("g1", "g3", "ended")]
    ended = {"goal": "ended", "unit": "a", "ends_on": on("2026-03-28")}
    tables["goals"] = [*tables["goals"], ended]
    row = cell(every(("m",)), **tables, goal_metrics=targets, metrics=[{"metric": "m"}])
    # q: g1 gives ¼ to t1 and to t2, g3 ½ to t1; p: of 5, g1 1 and 1, g2 2 to none, g3 1 to t1
    q, p = {"t1": 0.75, "t2": 0.25, "none": 0.0}, {"t1": 0.4, "t2": 0.2, "none": 0.4}
    expected = sum(abs(q[top] - p[top]) for top in q) / 2
    assert row["weight_distance"] == pytest.approx(expected, abs=1e-12)
    assert row["orphan_weight_share"] == 0


def test_lines_on_no_active_goal_are_orphans_and_serve_none() -> None:
    tables = goal("g1", "t1")
    tables["goals"] += [{"goal": "over", "unit": "a", "ends_on": on("2026-03-28")},
                        {"goal": "loose", "unit": "a"}]  # fmt: skip
    lines = (("g1", 1.0), ("over", 1.0), ("unknown", 1.0), ("m9", 1.0), ("loose", 1.0))
    row = cell(every(*lines), **tables)
    # three of five on nothing; loose is a goal, but reaches no top: q (t1, none) = (0.2, 0.8);
    # p: g1 alone has a weight
    assert row["orphan_weight_share"] == pytest.approx(0.6, abs=1e-12)
    assert row["weight_distance"] == pytest.approx(0.8, abs=1e-12)


def test_what_says_nothing_leaves_before_weights_are_normalised() -> None:
    tables = goal("g1", "t1")
    lines = every(("g1", 0.1), ("unknown", 0.3), ("unknown", 0.0), ("unknown", -2.0),
                  ("unknown", None))  # fmt: skip
    lines += every((None, 5.0), measure_kind="other") + every(("unknown", 5.0), measure_kind=None)
    # a sixth person has lines of no weight only
    lines.append(line("a-05", "g1", 0.0))
    row = cell(lines, **tables)
    assert row["n_people"] == 5
    assert row["orphan_weight_share"] == pytest.approx(0.75, abs=1e-12)


def test_shares_are_means_over_people_whatever_their_lines_sum_to() -> None:
    lines = [*every(("g1", 1.0))[:4], line("a-04", "unknown", 50.0), line("a-04", "g1", 50.0)]
    row = cell(lines, **goal("g1", "t1"))
    assert row["orphan_weight_share"] == pytest.approx(0.1, abs=1e-12)
    assert row["weight_distance"] == pytest.approx(0.1, abs=1e-12)


@pytest.mark.parametrize(
    ("more", "distance"),
    [
        ({}, 0.5),
        ({"visibility": "private"}, 0.0),
        ({"level": "individual"}, 0.0),
        ({"weight": 0.0}, 0.0),
        ({"weight": -1.0}, 0.0),
        ({"weight": None}, 0.0),
        ({"starts_on": on("2026-03-30")}, 0.0),
        ({"unit": "b"}, 0.0),
    ],
)
def test_the_units_goals_are_active_shown_and_weighted(more: Row, distance: float) -> None:
    tables = both(goal("g1", "t1"), goal("g2", "t2", **more))
    row = cell(every(("g1",)), **tables)
    assert row["weight_distance"] == pytest.approx(distance, abs=1e-12)


def test_without_goals_there_is_no_distance() -> None:
    row = cell(every(("t1",)), **goal("g1", "t1", weight=None))
    assert (row["weight_distance"], row["reason_missing"]) == (None, "no_goals")
    assert (row["n_people"], row["orphan_weight_share"], row["opposed_share"]) == (5, 0, 0)


@pytest.mark.parametrize(
    ("kind", "baseline", "target", "told"),
    [
        ("reach", 1.0, 2.0, "increase"),
        ("reach", 2.0, 1.0, "decrease"),
        ("reach", 1.0, 1.0, None),
        ("reach", None, 1.0, None),
        ("reach", 1.0, None, None),
        (None, 1.0, 2.0, "increase"),
        ("at_least", None, None, "increase"),
        ("at_most", 1.0, 2.0, "decrease"),
    ],
)
def test_a_target_tells_a_direction(
    kind: str | None, baseline: float | None, target: float | None, told: str | None
) -> None:
    assert way(kind, baseline, target) == told


UP = {"kind": "reach", "baseline": 1.0, "target": 2.0}
DOWN = {"kind": "at_most", "target": 2.0}
SILENT = {"kind": "reach", "target": 2.0}


@pytest.mark.parametrize(
    ("direction", "targets", "opposed"),
    [
        ("decrease", {"g1": UP}, 1.0),
        ("increase", {"g1": UP}, 0.0),
        ("increase", {"g1": DOWN}, 1.0),
        (None, {"g1": UP}, 0.0),
        ("decrease", {"g1": SILENT}, 0.0),
        ("decrease", {"g1": UP, "g2": SILENT}, 1.0),
        ("decrease", {"g1": UP, "g2": DOWN}, 0.0),
        ("decrease", {"g1": UP, "over": DOWN}, 1.0),
        ("decrease", {"over": UP}, 0.0),
    ],
)
def test_a_line_is_opposed_where_all_goals_that_tell_a_way_tell_the_other(
    direction: str | None, targets: dict[str, Row], opposed: float
) -> None:
    tables = both(goal("g1", "t1"), goal("g2", "t1"), goal("over", ends_on=on("2026-03-28")))
    given = [{"goal": g, "metric": "m", **target} for g, target in targets.items()]
    lines = every(("m", 1.0), direction=direction)
    # half of the pay is on a goal: with a direction, that is no metric line
    lines += every(("g1", 1.0), direction="decrease")
    row = cell(lines, **tables, goal_metrics=given, metrics=[{"metric": "m"}])
    assert row["opposed_share"] == pytest.approx(opposed / 2, abs=1e-12)


def test_the_target_in_force_tells_the_direction() -> None:
    given = [
        {"goal": "g1", "metric": "m", **UP},
        {"goal": "g1", "metric": "m", **DOWN, "effective_from": on("2026-03-29")},
        {"goal": "g1", "metric": "m", **UP, "effective_from": on("2026-03-30")},
    ]
    lines = every(("m", 1.0), direction="increase")
    row = cell(lines, **goal("g1", "t1"), goal_metrics=given, metrics=[{"metric": "m"}])
    assert row["opposed_share"] == 1


def test_a_running_period_is_judged_today() -> None:
    staff = crowd()
    for n in range(5):
        moves(staff, f"a-{n:02}", "b", "2026-03-31")
    tables = goal("g1", "t1")
    tables["goals"][0]["ends_on"] = on("2026-03-28")
    lines = every(("g1", 1.0)) + [line(f"b-{n:02}", "g1") for n in range(5)]
    # on 28 March nobody has moved; the last Sunday is the 22nd, and g1 still runs
    then = cell(lines, staff=staff, as_of="2026-03-28", **tables)
    assert (then["n_people"], then["weight_distance"]) == (5, 0.0)
    # on the 31st they sit in b; on the last Sunday, the 29th, the goal was over
    assert cell(lines, staff=staff, **tables)["suppressed"]
    now = cell(lines, "b", staff=staff, **tables)
    assert (now["n_people"], now["orphan_weight_share"]) == (10, 1.0)


def test_a_period_that_is_over_keeps_its_own_day() -> None:
    staff = crowd()
    for n in range(5):
        moves(staff, f"a-{n:02}", "b", "2026-04-01")
    tables = goal("g1", "t1")
    tables["goals"][0]["ends_on"] = on("2026-03-29")
    lines = every(("g1", 1.0)) + [line(f"b-{n:02}", "g1") for n in range(5)]
    row = cell(lines, staff=staff, as_of="2026-04-30", **tables)
    assert (row["n_people"], row["weight_distance"], row["orphan_weight_share"]) == (5, 0.0, 0.0)


def test_periods_are_distinct_and_begin_by_today() -> None:
    lines = every(("t1",))
    lines += every(("t1",), period_end=on("2026-06-30"))
    lines += every(("t1",), period_start=on("2026-04-01"), period_end=on("2026-06-30"))
    lines += every(("t1",), period_end=on("2025-12-31"))
    numbered = [{"line": f"I{n}", **row} for n, row in enumerate(lines)]
    table = found({"incentive_lines": numbered, "goals": TOPS})["incentive_alignment"]
    assert table.select("org_unit_id", "period_start", "period_end").rows() == [
        (f"hr:{unit}", FIRST, last)
        for unit in ("a", "b", "root")
        for last in (LAST, on("2026-06-30"))
    ]


def test_a_person_counts_in_the_primary_seat_and_at_the_root_without_one() -> None:
    staff = crowd()
    staff["seats"][0] |= {"is_primary": False}
    staff["seats"].append({"person": "a-00", "unit": "b"})
    staff["people"] += [{"person": f"free-{n}"} for n in range(5)]
    lines = [line(f"{unit}-{n:02}", "t1") for unit in "ab" for n in range(6)]
    lines += [line(f"free-{n}", "t1") for n in range(5)]
    counts = {u: cell(lines, u, staff=staff)["n_people"] for u in ("a", "b", "root")}
    assert counts == {"a": 5, "b": 7, "root": 17}


def test_few_people_and_the_sibling_that_would_tell_of_them_are_hidden() -> None:
    few = [line(f"a-{n:02}", "t1") for n in range(4)] + [line(f"b-{n:02}", "t1") for n in range(8)]
    silent = cell(few, "a")
    assert (silent["suppressed"], silent["reason_missing"]) == (True, "few_people")
    assert {silent[name] for name in ("n_people", "weight_distance", "opposed_share")} == {None}
    # the root's 12 less b's 8 would be the four
    assert cell(few, "b")["suppressed"]
    assert cell(few, "root")["n_people"] == 12
    nobody = [line(f"b-{n:02}", "t1") for n in range(8)]
    assert cell(nobody, "a")["suppressed"]
    assert cell(nobody, "b")["n_people"] == 8
