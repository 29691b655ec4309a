"""Rows of monthly tables, worked out by hand (B1 to B3, D1)."""

from __future__ import annotations

import polars as pl
import pytest

from sandbox.truth.months import KEY, change, last_weeks, mean_of, present
from tests.sandbox.effort_world import cell, days, moves
from tests.sandbox.month_world import FEBRUARY, MARCH, UNITS, crowd, found, row, wave
from tests.sandbox.tiny_world import on


def test_a_month_is_spoken_for_by_its_last_sunday_that_has_come() -> None:
    mondays = [on("2026-01-26"), on("2026-02-16"), on("2026-02-23"), on("2026-03-16")]
    # Sundays of 1 and 22 February, of 1 and 22 March
    assert last_weeks(mondays) == [on("2026-02-16"), on("2026-03-16")]


def test_months_run_from_the_sunday_of_the_first_effort_to_the_last_sunday() -> None:
    months = found(first="2026-01-26")["pull_index"]["month_start"].unique().sort()
    assert months.to_list() == [FEBRUARY, MARCH]
    months = found(first="2026-01-19")["pull_index"]["month_start"].unique().sort()
    assert months.to_list() == [on("2026-01-01"), FEBRUARY, MARCH]


@pytest.mark.parametrize(("as_of", "n_goals"), [("2026-03-28", 1), ("2026-03-29", 2)])
def test_goals_are_those_active_on_that_sunday(as_of: str, n_goals: int) -> None:
    goals = [
        {"goal": "a", "unit": "a"},
        {"goal": "begins", "unit": "a", "starts_on": on("2026-03-24")},
        {"goal": "over", "unit": "a", "ends_on": on("2026-03-21")},
        {"goal": "draft", "unit": "a", "status": "draft"},
    ]
    tables = found({"goals": goals}, as_of=as_of)
    assert row(tables, "pull_index", "a")["n_goals"] == n_goals
    assert row(tables, "pull_index", "root")["n_goals"] == n_goals
    assert row(tables, "pull_index", "b")["n_goals"] == 0


def test_all_levels_count_and_goals_of_no_known_unit_count_at_the_root() -> None:
    goals = [
        {"goal": "own", "unit": "a", "level": "individual"},
        {"goal": "private", "unit": "a", "visibility": "private"},
        {"goal": "nobodys"},
        {"goal": "nowhere", "unit": "nowhere"},
    ]
    tables = found({"goals": goals})
    counts = {unit: row(tables, "pull_index", unit)["n_goals"] for unit in ("root", "a", "b")}
    assert counts == {"root": 4, "a": 2, "b": 0}


def test_restated_goals_count_where_their_owners_sit_today() -> None:
    staff = crowd()
    for n in range(5):
        moves(staff, f"a-{n:02}", "b", "2026-03-30")
    goals = {"goals": [{"goal": "g"}], "goal_owners": [{"goal": "g", "person": "a-00"}]}
    tables = found(staff, goals)
    assert row(tables, "pull_index", "a")["n_goals"] == 1
    assert row(tables, "pull_index", "a", basis="restated")["n_goals"] == 0
    assert row(tables, "pull_index", "b", basis="restated")["n_goals"] == 1


def test_a_unit_of_five_has_months_though_its_weeks_are_silent() -> None:
    tables = found()
    week = on("2026-03-23")
    assert cell(tables, "a", week)["suppressed"]
    assert not row(tables, "pull_index", "a")["suppressed"]


def test_a_small_unit_and_the_sibling_that_would_tell_of_it_have_no_number() -> None:
    units = [*UNITS, {"unit": "c", "parent": "root"}]
    staff = crowd()
    staff["people"] += [{"person": f"c-{n}"} for n in range(4)]
    staff["seats"] += [{"person": f"c-{n}", "unit": "c"} for n in range(4)]
    tables = found({"units": units}, staff, {"goals": [{"goal": "g", "unit": "c"}]})
    for mart in ("pull_index", "integration"):
        hidden = {u for u in ("root", "a", "b", "c") if row(tables, mart, u)["suppressed"]}
        # nobody works that week, so a and b are as small as each other: the lower id
        assert hidden == {"a", "c"}
        silent = row(tables, mart, "c")
        said = {"suppressed": True, "reason_missing": "few_people"}
        assert {k: v for k, v in silent.items() if v is not None and k not in KEY} == said


def test_a_survey_part_is_the_published_cell_of_the_last_wave_that_asks_it() -> None:
    waves = [
        wave("w1", "2026-02-10", {"ownership": 3, "participation": 7}),
        wave("w2", "2026-03-29", {"ownership": 6}),
        wave("w3", "2026-03-30", {"ownership": 9, "participation": 9}),
    ]
    tables = found(*waves)
    march, february = (row(tables, "pull_index", "a", month) for month in (MARCH, FEBRUARY))
    # w2 closed on the Sunday itself, w3 after it; w2 does not ask for participation
    assert (march["ownership"], march["participation"]) == (0.6, 0.7)
    assert (february["ownership"], february["participation"]) == (0.3, 0.7)
    restated = row(tables, "pull_index", "a", basis="restated")
    assert (restated["ownership"], restated["participation"]) == (None, None)


def test_a_cell_of_five_counts_and_a_hidden_one_does_not() -> None:
    few = wave("w1", "2026-02-10", {"ownership": 2, "participation": 5}, n=5)
    march = row(found(few), "pull_index", "a")
    # all of five are favourable: the share is a band, and no number
    assert (march["ownership"], march["participation"]) == (0.4, None)
    hidden = wave("w1", "2026-02-10", {"ownership": 2}, n=4)
    assert row(found(hidden), "pull_index", "a")["ownership"] is None


@pytest.mark.parametrize(("closed", "share"), [("2025-02-22", 0.3), ("2025-02-21", None)])
def test_a_wave_speaks_for_four_hundred_days(closed: str, share: float | None) -> None:
    tables = found(wave("w1", closed, {"ownership": 3}))
    assert row(tables, "pull_index", "a")["ownership"] == share


def test_restated_effort_of_the_sundays_week_counts_for_small_units_too() -> None:
    staff = crowd()
    for n in range(5):
        moves(staff, f"a-{n:02}", "b", "2026-03-30")
    items = {"items": [{"item": "linked", "first_goals": "g"}], "goals": [{"goal": "g"}]}
    logs = [r for n in range(10) for r in days(f"a-{n:02}", "linked", 2, "2026-03-23")]
    logs += [r for n in range(5, 10) for r in days(f"a-{n:02}", "any", 3, "2026-03-25")]
    tables = found(staff, items, {"worklogs": logs})
    # as_was: 20 of 35 days linked, of 50 of capacity; restated: the five that stay, 10 of 25
    assert row(tables, "integration", "a")["effort_linked_share"] == pytest.approx(20 / 35)
    shares = [row(tables, "integration", u, basis="restated") for u in "ab"]
    assert shares[0]["effort_linked_share"] == pytest.approx(10 / 25)
    # b: ten of the 65 days that its thirteen people could have worked
    assert shares[1]["effort_linked_share"] is None


def test_a_change_needs_the_same_unit_basis_and_parts() -> None:
    months = ["2025-12-01", "2026-01-01", "2026-03-01", "2026-04-01"]
    table = pl.DataFrame(
        {
            "org_unit_id": ["u"] * 4 + ["v"],
            "month_start": [on(m) for m in [*months, "2026-03-01"]],
            "org_basis": ["as_was"] * 5,
            "x": [1.0, 2.0, 5.0, None, 9.0],
            "parts": ["p", "p", "p", "p", "p"],
        }
    )
    assert change(table, "x", 3, "parts").to_list() == [None, None, 4.0, None, None]
    other = table.with_columns(parts=pl.Series(["q", "p", "p", "p", "p"]))
    assert change(other, "x", 3, "parts").to_list() == [None] * 5


def test_the_mean_of_parts_leaves_out_what_is_missing() -> None:
    parts = {"one": 0.2, "two": None, "three": 0.6}
    assert mean_of(parts.values()) == pytest.approx(0.4)
    assert present(parts) == "one,three"
    assert mean_of([None]) is None
    assert present({"one": None}) == ""
