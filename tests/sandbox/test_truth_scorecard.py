"""The scorecard's blocks, index, changes and what stands beside it, by hand (M1 to M4, B3)."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, NamedTuple

import polars as pl
import pytest

from sandbox.truth.blocks import Part, block, blocks_of
from sandbox.truth.scorecard import main_driver, quarter, with_changes
from sandbox.truth.scoreparts import last_distances
from tests.sandbox.effort_world import days, people
from tests.sandbox.tiny_world import Row, at, on, one, truth, world

UNITS: list[Row] = [{"unit": "root"}, {"unit": "a", "parent": "root"}]
MARCH = on("2026-03-01")


def parts(**values: Any) -> dict[str, Part]:
    """All parts at one half, but for those that are named."""
    named = ("coverage", "aligned_share", "reach", "perceived", "goal_clarity", "why_understood",
             "control", "actionable_metric_share", "pull_index", "fit_of_incentives")  # fmt: skip
    half = dict.fromkeys(named, Part(0.5))
    return half | {n: v if isinstance(v, Part) else Part(v) for n, v in values.items()}


def test_a_block_is_the_mean_of_its_parts_and_missing_where_one_is() -> None:
    assert block(parts(coverage=0.2, reach=0.8, aligned_share=0.2), "linked") == pytest.approx(0.4)
    assert block(parts(reach=None), "linked") is None
    assert block(parts(reach=None), "pulled") == 0.5
    assert blocks_of(parts()) == ["linked", "understood", "controlled", "pulled", "rewarded"]
    without = parts(why_understood=None, fit_of_incentives=None)
    assert blocks_of(without) == ["linked", "controlled", "pulled"]


def test_a_part_without_bounds_is_its_own_bounds() -> None:
    wide = parts(reach=Part(0.5, 0.2, 0.8), aligned_share=Part(0.5, 0.5, 0.8))
    assert block(wide, "linked", "least") == pytest.approx(0.4)
    assert block(wide, "linked", "most") == pytest.approx(0.7)
    # under ten answers a cell has a share and no bounds
    assert block(parts(control=Part(0.3)), "controlled", "least") == pytest.approx(0.4)
    # a bound of 0 is a bound
    assert block(parts(control=Part(0.3, 0.0, 0.6)), "controlled", "least") == pytest.approx(0.25)


def card(month: str, unit: str = "hr:a", basis: str = "linked,understood", **values: Any) -> Row:
    index = values.get("alignment_index", 0.5)
    still = index is not None
    return {"org_unit_id": unit, "month_start": on(month), "org_basis": "as_was",
            "alignment_index": index, "index_low": index if still else None,
            "index_high": index if still else None, "index_basis": basis,
            "linked": 0.5, "understood": 0.5, "controlled": 0.5, "pulled": 0.5,
            "rewarded": 0.5, **values}  # fmt: skip


def changed(*rows: Row) -> Row:
    """The last row, with its changes."""
    schema = dict.fromkeys(rows[0], pl.Float64) | {
        "org_unit_id": pl.String, "org_basis": pl.String, "index_basis": pl.String,
        "month_start": pl.Date}  # fmt: skip
    return with_changes(pl.DataFrame(rows, schema=schema)).row(-1, named=True)


def test_a_change_is_within_one_unit_and_one_basis() -> None:
    now = card("2026-03-01", alignment_index=0.7)
    row = changed(card("2025-03-01", alignment_index=0.4), card("2025-12-01"), now)
    assert (row["change_3m"], row["change_12m"]) == pytest.approx((0.2, 0.3))
    for other in (
        card("2025-12-01", unit="hr:b"),
        card("2025-12-01", basis="linked"),
        card("2025-11-01"),
        card("2025-12-01", alignment_index=None),
        card("2025-12-01", org_basis="restated"),
    ):
        row = changed(other, now)
        assert (row["change_3m"], row["change_12m"], row["main_driver"]) == (None, None, None)


def test_the_driver_is_the_block_that_moved_most_the_way_of_the_index() -> None:
    then = card("2025-12-01")
    up = card("2026-03-01", alignment_index=0.6, linked=0.2, understood=1.0)
    assert changed(then, up)["main_driver"] == "understood"
    down = card("2026-03-01", alignment_index=0.4, linked=0.0, understood=0.8)
    assert changed(then, down)["main_driver"] == "linked"
    # only blocks of the basis; ties in the order of blocks
    tie = card("2026-03-01", alignment_index=0.6, linked=0.6, understood=0.6, pulled=1.0)
    assert changed(then, tie)["main_driver"] == "linked"
    assert changed(then, card("2026-03-01"))["main_driver"] is None


def test_within_the_noise_nothing_drove_it() -> None:
    moved = 0.2
    for half_then, half_now, expected in (
        (0.15, 0.10, "linked"),
        (0.16, 0.12, None),
        (0.0, 0.2, None),
        (0.0, 0.19, "linked"),
    ):
        then = card("2025-12-01", alignment_index=0.4, index_low=0.4 - half_then,
                    index_high=0.4 + half_then)  # fmt: skip
        now = card("2026-03-01", alignment_index=0.4 + moved, linked=0.9, index_high=0.6 + half_now,
                   index_low=0.6 - half_now, change_3m=moved)  # fmt: skip
        assert (math.hypot(half_then, half_now) < moved) == (expected is not None)
        assert main_driver(now, then) == expected


class At(NamedTuple):
    unit: str
    sunday: dt.date


def test_incentives_are_those_of_the_last_period_that_has_ended() -> None:
    schema = {"org_unit_id": pl.String, "period_start": pl.Date, "period_end": pl.Date,
              "weight_distance": pl.Float64}  # fmt: skip
    periods = [("2025-07-01", "2025-12-31", 0.1), ("2025-10-01", "2025-12-31", 0.2),
               ("2026-01-01", "2026-03-29", None), ("2026-01-01", "2026-12-31", 0.4)]  # fmt: skip
    rows = [("hr:a", on(first), on(last), share) for first, last, share in periods]
    rows.append(("hr:b", on("2025-07-01"), on("2025-12-31"), 0.5))
    distance = last_distances(pl.DataFrame(rows, schema=schema, orient="row"))
    assert distance(At("a", on("2025-12-28"))) is None
    # of two that ended together the one that began last; it is missing for b, and stays so
    assert distance(At("a", on("2026-01-25"))) == 0.2
    assert distance(At("b", on("2026-01-25"))) is None
    # the last one has no number: no older one stands in
    assert distance(At("a", on("2026-03-29"))) is None


def test_a_quarter_is_that_of_the_calendar() -> None:
    days_of = ("2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01")
    assert [quarter(on(day)) for day in days_of] == [(2025, 3), (2026, 0), (2026, 0), (2026, 1)]


# Through the whole truth ------------------------------------------------------------------------

TOP: Row = {"goal": "top", "level": "company", "unit": "root"}


def scorecard(as_of: str = "2026-03-31", **tables: Any) -> pl.DataFrame:
    """Six people in unit a, who give two days each to the top goal in the Sunday's week."""
    base: dict[str, list[Row]] = {
        "units": UNITS, **people({"a": 6}), "goals": [TOP],
        "items": [{"item": "e", "is_initiative": True, "first_goals": "top",
                   "first_assignee": "a-00"}],
        "worklogs": [r for n in range(6) for r in days(f"a-{n:02}", "e", 2, "2026-03-23")],
    }  # fmt: skip
    return truth(world(**{**base, **tables}), as_of=on(as_of))["alignment_scorecard"]


def row_of(table: pl.DataFrame, month: dt.date = MARCH, unit: str = "a") -> Row:
    return one(table, org_unit_id=f"hr:{unit}", month_start=month, org_basis="as_was")


def test_without_surveys_and_pay_the_index_is_what_is_linked() -> None:
    row = row_of(scorecard())
    # 12 of 30 person-days, all of it aligned, six of six reach
    assert row["coverage"] == pytest.approx(0.4)
    assert (row["aligned_share"], row["reach"]) == (1.0, 1.0)
    assert row["linked"] == row["alignment_index"] == pytest.approx(0.8)
    assert (row["index_basis"], row["reason_missing"]) == ("linked", None)
    assert {row[n] for n in ("understood", "controlled", "pulled", "rewarded")} == {None}


def test_coverage_is_at_most_one() -> None:
    saturday = [r for n in range(6) for r in days(f"a-{n:02}", "e", 7, "2026-03-23")]
    assert row_of(scorecard(worklogs=saturday))["coverage"] == 1.0


def test_the_basis_is_the_roots_of_the_first_month_of_the_quarter() -> None:
    # in January nobody recorded a third of capacity: the root has no block
    little = [r for n in range(6) for r in days(f"a-{n:02}", "e", 1, "2026-01-19")]
    more = [r for n in range(6) for r in days(f"a-{n:02}", "e", 2, "2026-03-23")]
    found = scorecard(worklogs=[*little, *more])
    assert found["month_start"].unique().sort().to_list() == [
        on(f"2026-0{n}-01") for n in (1, 2, 3)
    ]
    row = row_of(found)
    assert (row["alignment_index"], row["reason_missing"]) == (None, "no_basis")
    assert row["linked"] == pytest.approx(0.8)
    # April begins a quarter, which March does not bind
    april = [r for n in range(6) for r in days(f"a-{n:02}", "e", 2, "2026-04-20")]
    found = scorecard("2026-04-30", worklogs=[*little, *april])
    assert row_of(found, on("2026-04-01"))["alignment_index"] == pytest.approx(0.8)


def test_a_unit_that_lacks_a_block_of_the_basis_has_no_index() -> None:
    crowd = people({"root": 30, "a": 6})
    busy = [r for n in range(30) for r in days(f"root-{n:02}", "e", 5, "2026-03-23")]
    found = scorecard(**crowd, worklogs=busy)
    assert row_of(found, unit="root")["index_basis"] == "linked"
    row = row_of(found)
    assert (row["aligned_share"], row["alignment_index"]) == (None, None)
    assert (row["index_basis"], row["reason_missing"]) == ("linked", "missing_block")


def test_a_hidden_row_has_nothing_but_its_reason() -> None:
    crowd = people({"root": 9, "a": 4})
    busy = [r for n in range(9) for r in days(f"root-{n:02}", "e", 5, "2026-03-23")]
    row = row_of(scorecard(**crowd, worklogs=busy))
    said = {n for n, value in row.items() if value is not None}
    assert said == {"org_unit_id", "month_start", "org_basis", "suppressed", "reason_missing"}
    assert (row["suppressed"], row["reason_missing"]) == (True, "few_people")


METRICS: list[Row] = [
    {"metric": "lead", "is_leading": True},
    {"metric": "lag", "is_leading": False},
    {"metric": "dark"},
    {"metric": "dead", "is_leading": True},
]
READINGS: list[Row] = [
    {"metric": m, "observed_on": on(day), "recorded_at": at(day), "value": 1.0}
    for m, day in (("lead", "2026-03-20"), ("lag", "2026-03-20"), ("dark", "2026-03-20"),
                   ("dead", "2026-01-20"))
]  # fmt: skip


def actionable(*wanted: str, **tables: Any) -> float | None:
    """Unit a's goal with these metrics, its initiative `e` linked to it."""
    base: dict[str, list[Row]] = {
        "goals": [TOP, {"goal": "g", "unit": "a"}],
        "metrics": METRICS,
        "observations": READINGS,
        "goal_metrics": [{"goal": "g", "metric": m} for m in wanted],
        "items": [{"item": "e", "is_initiative": True, "first_goals": "g",
                   "first_assignee": "a-00"}],
    }  # fmt: skip
    return row_of(scorecard(**{**base, **tables}))["actionable_metric_share"]


def test_live_leading_metrics_that_the_units_own_initiatives_serve_are_actionable() -> None:
    assert actionable("lead") == 1
    assert actionable("lead", "lag") == 0.5
    # not known to be leading, or not live: in neither number
    assert actionable("lead", "lag", "dark", "dead") == 0.5
    assert actionable("lag") == 0
    assert actionable("dark", "dead") is None


def test_an_initiative_serves_while_it_is_open_and_of_the_unit() -> None:
    epic = {"item": "e", "is_initiative": True, "first_goals": "g", "first_assignee": "a-00"}
    closed = [{"item": "e", "at": at("2026-03-25"), "field": "status", "after": "Done"}]
    assert actionable("lead", items=[epic], item_events=closed) == 0
    later = [{**closed[0], "at": at("2026-03-30")}]
    assert actionable("lead", items=[epic], item_events=later) == 1
    # another unit's initiative on the unit's goal
    crowd = people({"a": 6, "root": 6})
    assert actionable("lead", items=[{**epic, "first_assignee": "root-00"}], **crowd) == 0
    # another unit's goal with the same metric: the unit's own goal is not served
    goals = [TOP, {"goal": "g", "unit": "a"}, {"goal": "h", "unit": "root"}]
    both = [{"goal": g, "metric": "lead"} for g in "gh"]
    elsewhere = [{**epic, "first_goals": "h"}]
    assert actionable(goals=goals, goal_metrics=both, items=elsewhere) == 0


def test_an_initiative_serves_the_goals_of_the_nearest_that_has_any() -> None:
    epic = {"item": "e", "is_initiative": True, "parent": "p", "first_assignee": "a-00"}
    items: list[Row] = [epic, {"item": "p", "first_goals": "g"}]
    assert actionable("lead", items=items) == 1
    assert actionable("lead", items=[{**epic, "first_goals": "top"}, items[1]]) == 0


def test_on_pace_counts_published_goals_with_a_status() -> None:
    goals: list[Row] = [
        {"goal": name, "unit": "a", "starts_on": on("2026-01-01"), "ends_on": on("2026-06-30"),
         **more}
        for name, more in (("fast", {}), ("slow", {}), ("mute", {}),
                           ("own", {"level": "individual"}), ("closed", {"visibility": "private"}))
    ]  # fmt: skip
    said = {"fast": 0.9, "slow": 0.1, "own": 0.9, "closed": 0.9}
    checkins = [
        {"goal": goal, "at": at("2026-03-20"), "progress": share} for goal, share in said.items()
    ]
    row = row_of(scorecard(goals=[TOP, *goals], checkins=checkins))
    assert row["on_pace_share"] == 0.5
    assert row_of(scorecard())["on_pace_share"] is None
