"""effort_alignment and effort_own_unit, worked out by hand (P1, P3, E6 to E11, T2)."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.sandbox.tiny_world import Row, at, on, one, truth, world

WEEK = on("2026-03-02")
UNITS: list[Row] = [
    {"unit": "root"}, {"unit": "a", "parent": "root"}, {"unit": "b", "parent": "root"},
    {"unit": "b1", "parent": "b"},
]  # fmt: skip
GOALS: list[Row] = [
    {"goal": "top", "level": "company"}, {"goal": "mid"}, {"goal": "loose"},
    {"goal": "old", "ends_on": on("2026-01-01")},
]  # fmt: skip
EDGES: list[Row] = [{"child": "mid", "parent": "top"}, {"child": "loose", "parent": "mid",
                                             "edge_type": "supports"}]  # fmt: skip
ITEMS: list[Row] = [
    {"item": "ini", "is_initiative": True},
    *({"item": g, "first_goals": g} for g in ("top", "mid", "loose", "old")),
    {"item": "unlinked", "parent": "ini"},
    {"item": "unknown"},
]


def people(units: dict[str, int], **more: object) -> dict[str, list[Row]]:
    """People, seats and accounts: so many in each unit, named `<unit>-<number>`."""
    names = [(f"{u}-{n:02}", u) for u, count in units.items() for n in range(count)]
    return {
        "people": [{"person": p, "employee_number": p, **more} for p, _ in names],
        "seats": [{"person": p, "unit": u} for p, u in names],
        "accounts": [{"account": p, "employee_number": p} for p, _ in names],
    }


def log(account: str, item: str, day: str, hours: float) -> Row:
    start = at(f"{day} 08:00")
    return {"item": item, "account": account, "started_at": start,
            "seconds": round(hours * 3600), "created_at": start}  # fmt: skip


def marts(minimum: int = 5, **tables: list[Row]) -> dict[str, pl.DataFrame]:
    base = {"units": UNITS, "goals": GOALS, "goal_edges": EDGES, "items": ITEMS}
    return truth(world(**{**base, **tables}), minimum_group_effort=minimum)


def cell(found: dict[str, pl.DataFrame], unit: str, week: dt.date = WEEK) -> Row:
    return one(of_the_time(found["effort_alignment"]), org_unit_id=f"hr:{unit}", week_start=week)


def of_the_time(table: pl.DataFrame) -> pl.DataFrame:
    """Rows as_was; test_truth_effort_restated has the others."""
    return table.filter(pl.col("org_basis") == "as_was")


def full_week(account: str, item: str, days: int = 5) -> list[Row]:
    return [log(account, item, f"2026-03-0{2 + n}", 8) for n in range(days)]


def test_classes_shares_and_bounds_of_a_week() -> None:
    # 20 people in a and 5 in b; six of a work 5 days each, five contractors a day each
    crowd = people({"a": 20, "b": 5})
    work = ["top", "mid", "loose", "old", "unlinked", "unknown"]
    logs = [row for n, item in enumerate(work) for row in full_week(f"a-{n:02}", item)]
    logs += [log(f"x{n}", "top", "2026-03-02", 8) for n in range(5)]
    found = marts(**crowd, worklogs=logs)
    a = cell(found, "a")
    assert a == {
        "org_unit_id": "hr:a", "week_start": WEEK, "org_basis": "as_was", "n_people": 6,
        "person_days": 30.0, "capacity_person_days": 100.0, "effort_coverage": 0.3,
        "person_days_aligned": 10.0, "person_days_lapsed": 0.0, "person_days_island": 5.0,
        "person_days_unaligned": 10.0, "person_days_expired": 5.0,
        "aligned_share": pytest.approx(10 / 30), "aligned_share_low": pytest.approx(10 / 30),
        "aligned_share_high": 0.5, "direct_to_top_share": 0.5, "effective_goals": 4.0,
        "off_goal_share": None, "priority_gap": None, "unmatched_share": 0.0,
        "basis_worklog_share": 1.0,
        "suppressed": False, "reason_missing": None,
    }  # fmt: skip
    root = cell(found, "root")
    assert (root["n_people"], root["person_days"]) == (11, 35.0)  # each account of nobody is one
    assert root["unmatched_share"] == pytest.approx(5 / 35)
    # matched 30 of 125 days is a coverage of 0.24: too low for a share
    assert root["effort_coverage"] == pytest.approx(0.24)
    assert (root["aligned_share"], root["reason_missing"]) == (None, "low_coverage")
    assert root["person_days_aligned"] == 15.0


def test_small_groups_show_no_number_and_an_idle_unit_shows_zero() -> None:
    # headcounts: a 19, b 20 with 4 at work, c 20 with none at work, the root itself 5 at work
    crowd = people({"a": 19, "b": 20, "c": 20, "root": 5})
    at_root = [log(f"root-{n:02}", "top", "2026-03-02", 8) for n in range(5)]
    logs = [r for n in range(6) for r in full_week(f"a-{n:02}", "top")]
    logs += [*at_root, *(r for n in range(4) for r in full_week(f"b-{n:02}", "top"))]
    units = [*UNITS, {"unit": "c", "parent": "root"}]
    found = marts(**crowd, units=units, worklogs=logs)
    for unit in ("a", "b", "b1"):
        row = cell(found, unit)
        keys = ("org_unit_id", "week_start", "org_basis", "suppressed", "reason_missing")
        assert (row["suppressed"], row["reason_missing"]) == (True, "few_people")
        assert {v for k, v in row.items() if k not in keys} == {None}
    idle = cell(found, "c")
    assert (idle["n_people"], idle["person_days"], idle["capacity_person_days"]) == (0, 0.0, 100.0)
    assert (idle["effort_coverage"], idle["aligned_share"]) == (0.0, None)
    assert (idle["unmatched_share"], idle["reason_missing"]) == (None, "no_effort")
    raised = truth(
        world(**crowd, units=units, goals=GOALS, items=ITEMS, worklogs=logs),
        minimum_group_effort=16,
    )
    assert cell(raised, "root")["reason_missing"] == "few_people"  # fifteen people at work


def test_weeks_run_from_the_first_effort_to_the_last_whole_week_with_a_row_for_every_unit() -> None:
    found = marts(**people({"a": 1}), worklogs=[log("a-00", "top", "2026-03-12", 1)])
    weeks = of_the_time(found["effort_alignment"]).group_by("week_start").len().sort("week_start")
    assert weeks.rows() == [(on(f"2026-03-{n:02}"), 4) for n in (9, 16, 23)]


def test_two_seats_split_effort_and_capacity_and_count_once_above() -> None:
    crowd = people({"a": 20, "b1": 20})
    crowd["seats"] += [{"person": "a-00", "unit": "b1", "fte": 0.25}]
    crowd["seats"][0]["fte"] = 0.75
    logs = [r for n in range(5) for r in full_week(f"a-{n:02}", "top")]
    logs += [r for n in range(4) for r in full_week(f"b1-{n:02}", "top")]
    # all rows: who has two seats is what a and b1 hold more than the root
    found = marts(minimum=1, **crowd, worklogs=logs)
    a, b1, root = (cell(found, unit) for unit in ("a", "b1", "root"))
    assert (a["person_days"], a["capacity_person_days"]) == (23.75, 98.75)
    assert (b1["person_days"], b1["capacity_person_days"]) == (21.25, 101.25)
    assert (a["n_people"], b1["n_people"], root["n_people"]) == (5, 5, 9)
    assert (root["person_days"], root["capacity_person_days"]) == (45.0, 200.0)
    own = of_the_time(found["effort_own_unit"]).select(
        "org_unit_id", "node_class", "month_start", "person_days"
    )
    assert own.rows() == [
        ("hr:a", "top", on("2026-03-01"), 23.75), ("hr:b1", "top", on("2026-03-01"), 21.25),
    ]  # fmt: skip


def test_seats_without_any_fte_share_equally() -> None:
    crowd = people({"a": 20, "b": 20})
    crowd["seats"] += [{"person": "a-00", "unit": "b", "fte": 0}]
    crowd["seats"][0]["fte"] = 0
    found = marts(**crowd, worklogs=full_week("a-00", "top"))
    # nothing can be worked with an FTE of 0: a day is scaled down to it
    assert found["effort"]["person_days"].sum() == 0
    assert cell(found, "b")["n_people"] == 0


def test_effort_stays_where_people_and_units_were_that_day() -> None:
    # 20 people of b1; on Wednesday 4 March b1 moves from b to a, and b1-00 moves to b
    units = [*UNITS, {"unit": "b1", "parent": "a", "valid_from": on("2026-03-04")}]
    crowd = people({"b1": 40, "root": 5})
    crowd["seats"][0]["effective_to"] = on("2026-03-03")
    crowd["seats"].append({"person": "b1-00", "unit": "b", "effective_from": on("2026-03-04")})
    logs = [r for n in range(10) for r in full_week(f"b1-{n:02}", "top")]
    logs += [log(f"root-{n:02}", "top", "2026-03-02", 8) for n in range(5)]
    found = marts(**crowd, units=units, worklogs=logs)
    # Monday and Tuesday: 20 person-days under b; then 3 days of nine under a, of one under b
    assert cell(found, "a")["person_days"] == 27.0
    assert cell(found, "b1")["person_days"] == 20.0 + 27.0
    assert cell(found, "root")["person_days"] == 50.0 + 5.0
    b = cell(found, "b")
    assert b["reason_missing"] == "few_people"  # one person on Sunday
    assert cell(found, "a")["capacity_person_days"] == 39 * 3
    own = of_the_time(found["effort_own_unit"])
    assert one(own, org_unit_id="hr:b1")["person_days"] == 47.0
    assert one(own, org_unit_id="hr:b")["suppressed"] is True


def test_people_of_no_unit_and_of_unknown_units_count_at_the_root() -> None:
    crowd = people({"a": 20, "nowhere": 3})
    crowd["people"] += [{"person": "p", "employee_number": "p"}]
    crowd["accounts"] += [{"account": "p", "employee_number": "p"}]
    logs = [r for n in range(3) for r in full_week(f"nowhere-{n:02}", "mid")]
    logs += [*full_week("p", "mid"), *full_week("x", "mid")]
    found = marts(**crowd, worklogs=logs)
    own = of_the_time(found["effort_own_unit"]).select(
        "org_unit_id", "node_class", "person_days", "suppressed"
    )
    assert own.rows() == [("hr:root", "aligned", 25.0, False)]
    root = cell(found, "root")
    assert (root["capacity_person_days"], root["n_people"]) == (120.0, 5)


def test_leavers_and_people_on_leave_are_no_capacity_and_no_headcount() -> None:
    crowd = people({"a": 22})
    crowd["people"][0]["left_on"] = on("2026-03-03")
    crowd["people"][1]["leave_from"] = on("2026-03-06")
    found = marts(**crowd, worklogs=[log("a-05", "top", "2026-03-02", 8)])
    # 20 × 5 days, 2 days of the leaver, 4 before the leave
    assert cell(found, "a")["suppressed"] is True  # one person at work
    weeks = of_the_time(found["effort_alignment"]).filter(pl.col("org_unit_id") == "hr:a")
    assert weeks["capacity_person_days"].to_list() == [None, 100.0, 100.0, 100.0]
    enough = marts(
        **crowd, worklogs=[log(f"a-{n:02}", "top", "2026-03-02", 8) for n in range(5, 10)]
    )
    assert cell(enough, "a")["capacity_person_days"] == 106.0
    # without one of the others, 19 people are left on Sunday
    for table in ("people", "seats", "accounts"):
        del crowd[table][2]
    logs = [log(f"a-{n:02}", "top", "2026-03-02", 8) for n in range(5, 10)]
    assert cell(marts(**crowd, worklogs=logs), "a")["reason_missing"] == "few_people"


def test_seats_of_a_gap_are_those_that_ended_last_and_before_the_first_seat_the_first() -> None:
    crowd = people({"a": 20, "b": 20})
    for seat in crowd["seats"][:5]:
        seat["effective_to"] = on("2026-02-01")
        earlier = {"unit": "b", "seat": f"old {seat['person']}", "effective_to": on("2026-01-31")}
        crowd["seats"].append({**seat, **earlier})
    for seat in crowd["seats"][20:25]:
        seat["effective_from"] = on("2026-03-20")
    logs = [r for n in range(5) for u in "ab" for r in full_week(f"{u}-{n:02}", "top")]
    found = marts(**crowd, worklogs=logs)
    assert cell(found, "a")["person_days"] == 25.0
    assert cell(found, "b")["person_days"] == 25.0


def test_a_cycle_of_units_is_cut_at_the_newest_edge_and_orphans_are_roots() -> None:
    # b1 is under b; since 2 February b is under b1: that edge closes the cycle and is cut
    units = [
        *UNITS, {"unit": "b", "parent": "b1", "valid_from": on("2026-02-02")},
        {"unit": "lost", "parent": "gone"},
    ]  # fmt: skip
    crowd = people({"b1": 20, "lost": 20})
    logs = [r for n in range(5) for u in ("b1", "lost") for r in full_week(f"{u}-{n:02}", "top")]
    found = marts(**crowd, units=units, worklogs=logs)
    assert cell(found, "b")["person_days"] == 25.0
    assert cell(found, "lost")["person_days"] == 25.0
    # roots: b with two units, root with two (root, a), lost with one; b is the least id of two
    nobody = marts(**crowd, units=units, worklogs=logs + full_week("x", "top"))
    assert cell(nobody, "b")["person_days"] == 30.0
    # with a third unit, root is the root with the largest subtree
    more = [*units, {"unit": "c", "parent": "root"}]
    nobody = marts(**crowd, units=more, worklogs=logs + full_week("x", "top"))
    assert cell(nobody, "b")["person_days"] == 25.0


def test_the_own_unit_table_has_month_and_class_of_the_days_week() -> None:
    # the link ends on Monday 30 March; the week to 5 April is judged on as_of, 31 March, when
    # the goal `short` still has two days, the week to 1 March on its Sunday
    short = {"goal": "short", "level": "company", "ends_on": on("2026-04-02")}
    items = [*ITEMS, {"item": "short", "first_goals": "short"}]
    links = [{"goal": "top", "item": "unknown", "unlinked_at": at("2026-03-30")}]
    days = ["2026-02-27", "2026-03-01", "2026-03-27", "2026-03-31"]
    logs = [log(f"a-{n:02}", "unknown", day, 8) for n in range(5) for day in days]
    logs += [log("a-01", "mid", "2026-03-26", 8)]
    logs += [log(f"b-{n:02}", "short", "2026-03-31", 8) for n in range(5)]
    tables = {"goals": [*GOALS, short], "items": items, "links": links, "worklogs": logs}
    found = of_the_time(marts(**people({"a": 5, "b": 5}), **tables)["effort_own_unit"])
    columns = ("node_class", "month_start", "person_days", "suppressed")
    assert found.select(columns).rows() == [
        ("aligned", on("2026-03-01"), None, True),  # one person
        ("top", on("2026-02-01"), 5.0, False),
        ("top", on("2026-03-01"), 10.0, False),
        ("unaligned", on("2026-03-01"), 5.0, False),
        ("top", on("2026-03-01"), 5.0, False),  # of b, on `short`
    ]
