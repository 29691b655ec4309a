"""Classes of goals, their graph, and goal_alignment, worked out by hand (G1 to G10)."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.sandbox.tiny_world import Row, at, on, one, truth, world

LAST_WEEK = dt.date(2026, 3, 23)
"""The week of Sunday, 29 March 2026."""


def company(goal: str, **more: object) -> Row:
    return {"goal": goal, "level": "company", **more}


def edge(child: str, parent: str, edge_type: str = "contributes") -> Row:
    return {"child": child, "parent": parent, "edge_type": edge_type}


def classes(week: dt.date = LAST_WEEK, **tables: list[Row]) -> dict[str, str | None]:
    weeks = truth(world(**tables))["goal_week"]
    return {
        row["goal_id"].removeprefix("goals:"): row["node_class"]
        for row in weeks.iter_rows(named=True)
        if row["week_start"] == week
    }


def test_a_chain_to_a_company_goal_makes_aligned_and_depth_counts_its_edges() -> None:
    # c -> b -> a, and c -> d; a and d are company goals without a parent
    tables = {
        "goals": [company("a"), {"goal": "b"}, {"goal": "c"}, company("d")],
        "goal_edges": [edge("b", "a"), edge("c", "b"), edge("c", "d")],
    }
    weeks = truth(world(**tables))["goal_week"]
    found = {
        g: one(weeks, goal_id=f"goals:{g}", week_start=LAST_WEEK) for g in ("a", "b", "c", "d")
    }
    assert {g: r["node_class"] for g, r in found.items()} == {
        "a": "top", "b": "aligned", "c": "aligned", "d": "top",
    }  # fmt: skip
    assert {g: r["depth"] for g, r in found.items()} == {"a": 0, "b": 1, "c": 1, "d": 0}
    assert {g: r["links_to_top"] for g, r in found.items()} == {"a": 1, "b": 1, "c": 2, "d": 1}


def test_a_company_goal_below_an_active_goal_is_not_top_unless_it_is_listed() -> None:
    tables = {"goals": [company("a"), company("b")], "goal_edges": [edge("b", "a")]}
    assert classes(**tables) == {"a": "top", "b": "aligned"}
    listed = truth(world(**tables, top_goals=[{"goal": "b"}]))["goal_week"]
    b = one(listed, goal_id="goals:b", week_start=LAST_WEEK)
    # b is top itself and reaches a through active goals
    assert (b["node_class"], b["depth"], b["links_to_top"]) == ("top", 0, 2)


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ({"ends_on": dt.date(2026, 3, 20)}, None),
        ({}, "cancelled"),
        ({}, "done"),
    ],
    ids=["last day passed", "cancelled", "done without a last day"],
)
def test_a_chain_that_broke_because_the_top_goal_ended_is_lapsed(
    ending: Row, status: str | None
) -> None:
    tables: dict[str, list[Row]] = {
        "goals": [company("a", **ending), {"goal": "b"}, {"goal": "c"}],
        "goal_edges": [edge("b", "a"), edge("c", "b")],
        "goal_events": [
            {"goal": "a", "at": at("2026-03-20 12:00"), "field": "status", "before": "open",
             "after": status}
        ]
        if status
        else [],
    }  # fmt: skip
    assert classes(**tables) == {"a": None, "b": "lapsed", "c": "lapsed"}
    before = classes(week=dt.date(2026, 3, 9), **tables)
    assert before == {"a": "top", "b": "aligned", "c": "aligned"}


def test_a_goal_done_without_last_day_is_active_up_to_the_day_it_was_done() -> None:
    # done on Sunday 15 March: active on that Sunday, ended on the next
    done = {"goal": "a", "at": at("2026-03-15 23:59"), "field": "status", "before": "open",
            "after": "done"}  # fmt: skip
    weeks = truth(world(goals=[company("a")], goal_events=[done]))["goal_week"]
    states = {
        r["week_start"].isoformat(): (r["is_active"], r["is_ended"])
        for r in weeks.iter_rows(named=True)
        if r["week_start"] >= on("2026-03-02")
    }
    assert states["2026-03-09"] == (True, False)
    assert states["2026-03-16"] == (False, True)


def test_a_draft_between_breaks_the_chain_for_good() -> None:
    tables = {
        "goals": [company("a"), {"goal": "b", "status": "draft"}, {"goal": "c"}],
        "goal_edges": [edge("b", "a"), edge("c", "b")],
    }
    assert classes(**tables) == {"a": "top", "c": "island"}


def test_an_ended_goal_that_was_no_company_goal_leaves_an_island() -> None:
    tables = {
        "goals": [{"goal": "a", "ends_on": on("2026-02-01")}, {"goal": "b"}],
        "goal_edges": [edge("b", "a")],
    }
    assert classes(**tables) == {"a": None, "b": "island"}


def test_supports_joins_but_does_not_align_and_an_edge_to_an_unknown_goal_is_none() -> None:
    tables = {
        "goals": [company("a"), {"goal": "b"}, {"goal": "c"}, {"goal": "d"}],
        "goal_edges": [edge("b", "a", "supports"), edge("c", "gone"), edge("d", "d")],
    }
    # c points nowhere, d to itself: neither joins another goal
    assert classes(**tables) == {"a": "top", "b": "island", "c": "unaligned", "d": "unaligned"}


def test_individual_and_private_goals_carry_chains_but_are_not_published() -> None:
    tables = {
        "goals": [
            company("a", visibility="private"),
            {"goal": "b", "level": "individual"},
            {"goal": "c"},
        ],
        "goal_edges": [edge("b", "a"), edge("c", "b")],
    }
    found = truth(world(**tables))
    assert set(found["goal_alignment"]["goal_id"]) == {"goals:c"}
    c = one(found["goal_alignment"], goal_id="goals:c", week_start=LAST_WEEK)
    assert (c["node_class"], c["depth"], c["is_aligned_up"]) == ("aligned", 2, True)


def test_a_cycle_is_cut_at_the_edge_of_the_child_that_changed_last() -> None:
    # a -> b -> c -> a, where a is a company goal; c changed last, so c -> a is cut:
    # a -> b -> c remains, c is no company goal, and a has an active parent: all are islands
    goals = [company("a"), {"goal": "b"}, {"goal": "c"}]
    edges = [edge("a", "b"), edge("b", "c"), edge("c", "a")]

    def change(goal: str) -> Row:
        return {"goal": goal, "at": at("2026-02-01"), "field": "weight", "before": "1",
                "after": "2"}  # fmt: skip

    assert classes(goals=goals, goal_edges=edges, goal_events=[change("c")]) == {
        "a": "island", "b": "island", "c": "island",
    }  # fmt: skip
    # where a changed last, a -> b is cut, a is top, and b -> c -> a reaches it
    assert classes(goals=goals, goal_edges=edges, goal_events=[change("a")]) == {
        "a": "top", "b": "aligned", "c": "aligned",
    }  # fmt: skip


def test_two_cycles_lose_the_newest_edge_of_each_and_no_other() -> None:
    # a <-> b and b <-> c, all of one age: keys (child, parent) ascending are
    # (a,b) (b,a) (b,c) (c,b); (b,a) closes a cycle, (b,c) not, (c,b) does
    tables = {
        "goals": [{"goal": "a"}, {"goal": "b"}, company("c")],
        "goal_edges": [edge("a", "b"), edge("b", "a"), edge("b", "c"), edge("c", "b")],
    }
    assert classes(**tables) == {"a": "aligned", "b": "aligned", "c": "top"}


def test_level_and_dates_are_those_of_the_day() -> None:
    def change(field: str, day: str, before: str, after: str) -> Row:
        return {"goal": "a", "at": at(day), "field": field, "before": before, "after": after}

    tables = {
        "goals": [company("a", starts_on=on("2026-01-01"), ends_on=on("2026-03-08"))],
        "goal_events": [
            change("level", "2026-03-15", "company", "unit"),
            # on Thursday 12 March the goal is prolonged to the end of the year
            change("ends_on", "2026-03-12", "2026-03-08", "2026-12-31"),
        ],
    }
    week = truth(world(**tables))["goal_week"]
    found = {r["week_start"].isoformat(): r["node_class"] for r in week.iter_rows(named=True)}
    assert found["2026-03-02"] == "top"  # Sunday 8 March, the first last day
    assert found["2026-03-09"] == "unaligned"  # Sunday 15 March: prolonged, and now of a unit
    as_it_was = truth(world(**tables), as_of=on("2026-03-11"))["goal_week"]
    assert as_it_was["week_start"].max() == on("2026-03-02")


def test_without_levels_a_goal_of_the_root_unit_without_parent_is_top() -> None:
    tables = {
        "units": [{"unit": "root"}, {"unit": "sales", "parent": "root"}],
        "goals": [
            {"goal": "a", "level": None, "unit": "root"},
            {"goal": "b", "level": None, "unit": "sales"},
            {"goal": "c", "level": None, "unit": "sales"},
        ],
        "goal_edges": [edge("b", "a")],
    }
    assert classes(**tables) == {"a": "top", "b": "aligned", "c": "unaligned"}


def test_a_goal_has_weeks_from_its_start_before_it_was_written_down() -> None:
    made = world(goals=[company("a", starts_on=on("2026-03-02"), created_at=at("2026-03-20"))])
    weeks = truth(made)["goal_alignment"]["week_start"].to_list()
    assert weeks == [on("2026-03-02"), on("2026-03-09"), on("2026-03-16"), on("2026-03-23")]


def test_units_owners_and_children_of_a_goal() -> None:
    tables = {
        "units": [
            {"unit": "root"}, {"unit": "sales", "parent": "root"}, {"unit": "it", "parent": "root"},
        ],
        "people": [{"person": "p1"}, {"person": "p2"}],
        "seats": [
            {"person": "p1", "unit": "sales", "effective_to": on("2026-03-25")},
            {"person": "p1", "unit": "it", "effective_from": on("2026-03-26")},
            {"person": "p2", "unit": "it"},
        ],
        "goals": [company("a", unit="root"), {"goal": "b"}, {"goal": "c", "unit": "root"}],
        "goal_owners": [
            {"goal": "b", "person": "p2"}, {"goal": "b", "person": "p1"},
            {"goal": "c", "unit": "sales"}, {"goal": "c", "person": "p2"},
            {"goal": "c", "person": "nobody"},
        ],
        "goal_edges": [edge("b", "a"), edge("c", "a")],
    }  # fmt: skip
    weeks = truth(world(**tables))["goal_alignment"]
    a = one(weeks, goal_id="goals:a", week_start=LAST_WEEK)
    assert (a["n_children"], a["is_cascaded_down"], a["is_shared"]) == (2, True, False)
    # p1 is the owner with the least id and moved on 26 March, from sales to it
    b_before = one(weeks, goal_id="goals:b", week_start=on("2026-03-16"))
    assert (b_before["org_unit_id"], b_before["is_shared"]) == ("hr:sales", True)
    b = one(weeks, goal_id="goals:b", week_start=LAST_WEEK)
    assert (b["org_unit_id"], b["is_shared"], b["is_cascaded_down"]) == ("hr:it", False, None)
    c = one(weeks, goal_id="goals:c", week_start=LAST_WEEK)
    assert (c["org_unit_id"], c["is_shared"], c["is_cascaded_down"]) == ("hr:root", True, False)
    assert c["n_children"] == 0


@pytest.mark.parametrize(
    ("child", "n_children"),
    [
        ({}, 2),
        ({"visibility": "unit"}, 2),
        ({"visibility": "private"}, 1),
        ({"level": "individual"}, 1),
    ],
)
def test_children_that_are_not_published_are_not_counted(child: Row, n_children: int) -> None:
    # only the child in question is of another unit, so that it alone cascades
    tables = {
        "units": [{"unit": "root"}, {"unit": "sales", "parent": "root"}],
        "goals": [
            company("a", unit="root"), {"goal": "b", "unit": "root"},
            {"goal": "c", "unit": "sales", **child},
        ],
        "goal_edges": [edge("b", "a"), edge("c", "a")],
    }  # fmt: skip
    a = one(truth(world(**tables))["goal_alignment"], goal_id="goals:a", week_start=LAST_WEEK)
    assert (a["n_children"], a["is_cascaded_down"]) == (n_children, n_children == 2)


def test_todays_level_says_whether_a_child_is_counted_in_earlier_weeks() -> None:
    became = {"goal": "b", "at": at("2026-03-30"), "field": "level", "before": "unit",
              "after": "individual"}  # fmt: skip
    tables = {
        "goals": [company("a"), {"goal": "b"}],
        "goal_edges": [edge("b", "a")],
        "goal_events": [became],
    }
    weeks = truth(world(**tables))["goal_alignment"]
    assert set(weeks["n_children"]) == {0}
    before = truth(world(**tables), as_of=on("2026-03-29"))["goal_alignment"]
    assert one(before, goal_id="goals:a", week_start=LAST_WEEK)["n_children"] == 1


def test_top_goals_that_are_not_published_are_walked_to_but_not_counted() -> None:
    found = truth(
        world(
            goals=[company("a"), company("b", visibility="private"), {"goal": "c"}, {"goal": "d"}],
            goal_edges=[edge("c", "a"), edge("c", "b"), edge("d", "b")],
        )
    )
    shown = {
        goal: one(found["goal_alignment"], goal_id=f"goals:{goal}", week_start=LAST_WEEK)
        for goal in "acd"
    }
    assert {g: row["links_to_top"] for g, row in shown.items()} == {"a": 1, "c": 1, "d": 0}
    assert shown["d"]["node_class"] == "aligned"
    whole = one(found["goal_week"], goal_id="goals:c", week_start=LAST_WEEK)
    assert whole["links_to_top"] == 2


def test_more_than_five_goals_or_metrics_overload() -> None:
    units = [{"unit": "root"}, {"unit": "sales", "parent": "root"}]
    five = [{"goal": f"g{n}", "unit": "sales"} for n in range(5)]
    own = {"goal": "mine", "unit": "sales", "level": "individual"}

    def overloaded(goals: list[Row], n_metrics: int = 0) -> bool:
        metrics = [{"metric": f"m{n}"} for n in range(n_metrics)]
        targets = [{"goal": "g0", **m} for m in metrics]
        made = world(units=units, goals=goals, metrics=metrics, goal_metrics=targets)
        weeks = truth(made)["goal_alignment"]
        found = one(weeks, goal_id="goals:g0", week_start=LAST_WEEK)["is_overloaded"]
        assert isinstance(found, bool)
        return found

    assert not overloaded([*five, own], n_metrics=5)
    assert overloaded(five, n_metrics=6)
    assert overloaded([*five, {"goal": "g5", "unit": "sales", "visibility": "private"}])


def test_checkins_are_fresh_up_to_the_promised_cadence() -> None:
    goals = [company("a", checkin_cadence_days=14), company("b"), company("c")]
    checkins = [{"goal": "a", "at": at("2026-03-08 10:00")}, {"goal": "b", "at": at("2026-02-27")}]
    weeks = truth(world(goals=goals, checkins=checkins))["goal_alignment"]

    def said(goal: str, week: str) -> tuple[int | None, str]:
        row = one(weeks, goal_id=f"goals:{goal}", week_start=on(week))
        return row["days_since_checkin"], row["checkin_state"]

    assert said("a", "2026-03-02") == (0, "fresh")
    assert said("a", "2026-03-16") == (14, "fresh")
    assert said("a", "2026-03-23") == (21, "late")
    assert said("b", "2026-03-23") == (30, "fresh")
    assert said("c", "2026-03-23") == (None, "never")
    assert said("a", "2026-02-23") == (None, "never")


def test_where_no_checkin_was_ever_told_none_is_missed() -> None:
    weeks = truth(world(goals=[company("a")]))["goal_alignment"]
    assert set(weeks["checkin_state"]) == {None}


def test_owned_goals_where_nothing_moved_for_ninety_days_are_phantom_owned() -> None:
    # Sunday 29 March 2026 − 90 days is 29 December 2025: that day is outside the 90 days
    goals = [company(g, starts_on=on("2025-06-01")) for g in "abcdef"]
    goals.append(company("young", starts_on=on("2025-12-30")))
    owners = [{"goal": g, "unit": "root"} for g in ("a", "b", "c", "d", "e", "young")]
    change = {"field": "weight", "before": "1", "after": "2"}
    made = world(
        units=[{"unit": "root"}],
        goals=goals,
        goal_owners=owners,
        checkins=[
            {"goal": "a", "at": at("2025-12-29 10:00")},
            {"goal": "b", "at": at("2025-12-30")},
        ],
        goal_events=[{"goal": "c", "at": at("2026-01-10"), **change}],
        metrics=[{"metric": "m"}],
        goal_metrics=[{"goal": "d", "metric": "m"}],
        observations=[
            {"metric": "m", "observed_on": on("2026-03-01"), "recorded_at": at("2026-03-02")}
        ],
        items=[{"item": "i", "first_goals": "e"}],
        worklogs=[
            {"item": "i", "account": "x", "started_at": at("2026-01-05 09:00"), "seconds": 3600}
        ],
    )
    weeks = truth(made)["goal_alignment"]
    phantom = {
        row["goal_id"]
        for row in weeks.iter_rows(named=True)
        if row["week_start"] == LAST_WEEK and row["is_phantom_owned"]
    }
    assert phantom == {"goals:a"}  # f has no owner, young began 89 days ago
