"""Goals for customers, shifts of their metrics and how fast they are answered, by hand (K1, K2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from sandbox.truth.shifts import Bands, Response, median_days, shifts_of
from tests.sandbox.effort_world import days, people
from tests.sandbox.tiny_world import Row, at, on, one, truth, world

UNITS: list[Row] = [{"unit": "root"}, {"unit": "a", "parent": "root"}]
SUNDAY = on("2026-03-29")
"""Which speaks for March."""
BANDS = {
    "metric_id": pl.String,
    "week_start": pl.Date,
    "target_on": pl.Date,
    "p10": pl.Float64,
    "p90": pl.Float64,
}


def bands(*sundays: str, low: float = 8, high: float = 12, metric: str = "goals:m") -> pl.DataFrame:
    """What the weeks that end on these Sundays foresaw for 7, 28 and 91 days later."""
    rows = [
        (metric, sunday - dt.timedelta(days=6), sunday + dt.timedelta(days=n), low, high)
        for sunday in map(on, sundays)
        for n in (7, 28, 91)
    ]
    return pl.DataFrame(rows, schema=BANDS, orient="row")


def every_sunday(first: str, n: int) -> list[str]:
    return [str(on(first) + dt.timedelta(days=7 * k)) for k in range(n)]


def shifted_on(readings: dict[str, float], foreseen: pl.DataFrame) -> list[str]:
    pairs = [(on(day), value) for day, value in readings.items()]
    return [str(shift.day) for shift in shifts_of("m", pairs, Bands(foreseen))]


def test_two_readings_in_a_row_on_one_side_of_the_forecast_are_a_shift_of_the_second_day() -> None:
    foreseen = bands(*every_sunday("2026-01-04", 6))
    assert shifted_on({"2026-01-10": 13, "2026-01-17": 14}, foreseen) == ["2026-01-17"]
    assert shifted_on({"2026-01-10": 7, "2026-01-17": 1}, foreseen) == ["2026-01-17"]
    # one above, one below; one alone; on the border, which is inside
    assert shifted_on({"2026-01-10": 13, "2026-01-17": 7}, foreseen) == []
    assert shifted_on({"2026-01-10": 13, "2026-01-17": 10, "2026-01-24": 13}, foreseen) == []
    assert shifted_on({"2026-01-10": 12, "2026-01-17": 14}, foreseen) == []


def test_both_readings_are_held_against_the_week_before_the_first() -> None:
    wide_later = pl.concat([bands("2026-01-04"), bands("2026-01-11", low=0, high=99)])
    assert shifted_on({"2026-01-10": 13, "2026-01-17": 14}, wide_later) == ["2026-01-17"]
    # a reading on a Sunday is held against the Sunday before
    assert shifted_on({"2026-01-11": 13, "2026-01-17": 14}, wide_later) == ["2026-01-17"]
    assert shifted_on({"2026-01-12": 13, "2026-01-17": 14}, wide_later) == []


def test_a_day_is_held_against_the_first_horizon_that_is_not_before_it() -> None:
    # 7 days after 4 January is the 11th, 28 the 1st of February, 91 the 5th of April
    rows = [
        ("goals:m", on("2025-12-29"), on(day), 8.0, high)
        for day, high in (("2026-01-11", 10.0), ("2026-02-01", 20.0), ("2026-04-05", 30.0))
    ]
    foreseen = pl.DataFrame(rows, schema=BANDS, orient="row")
    assert shifted_on({"2026-01-11": 11, "2026-01-12": 21}, foreseen) == ["2026-01-12"]
    assert shifted_on({"2026-01-11": 11, "2026-01-12": 15}, foreseen) == []
    assert shifted_on({"2026-01-11": 11, "2026-04-05": 31}, foreseen) == ["2026-04-05"]
    # beyond 91 days nothing is foreseen
    assert shifted_on({"2026-01-11": 11, "2026-04-06": 31}, foreseen) == []


def test_without_a_forecast_nothing_is_a_shift() -> None:
    empty = pl.DataFrame(schema=BANDS)
    unknown = bands("2026-01-04").with_columns(p10=None, p90=None).cast(BANDS)
    other = bands("2026-01-04", metric="goals:other")
    for foreseen in (empty, unknown, other):
        assert shifted_on({"2026-01-10": 13, "2026-01-17": 14}, foreseen) == []


def test_the_next_shift_needs_a_reading_inside_its_own_forecast_first() -> None:
    foreseen = bands(*every_sunday("2026-01-04", 8))
    away = {f"2026-01-{day}": 13.0 for day in (10, 17, 24, 31)}
    assert shifted_on(away, foreseen) == ["2026-01-17"]
    back = {**away, "2026-02-07": 10.0, "2026-02-14": 5.0, "2026-02-21": 5.0}
    assert shifted_on(back, foreseen) == ["2026-01-17", "2026-02-21"]
    # the second reading of a shift may be the one inside, where its own week foresaw it
    learnt = pl.concat(
        [
            bands("2026-01-04"),
            bands("2026-01-11", low=0, high=99),
            bands(*every_sunday("2026-01-18", 4)),
        ]
    )
    assert shifted_on(away, learnt) == ["2026-01-17", "2026-01-31"]


@pytest.mark.parametrize(
    ("responses", "median"),
    [
        ([], None),
        ([(5, True)], 5),
        ([(5, False)], None),
        # of two the first leaves exactly one half
        ([(5, True), (9, True)], 5),
        ([(5, True), (9, False)], 5),
        ([(5, True), (9, False), (9, False)], None),
        # 1 of 3 answered by day 2: 2/3; the open one of day 3 leaves; 1 of 1 by day 8: 0
        ([(2, True), (3, False), (8, True)], 8),
        # an answer and a day of asking on one day: still at risk of that day's answer
        ([(4, True), (4, False), (6, True)], 6),
        ([(0, True), (0, True), (50, False)], 0),
    ],
)
def test_the_median_waits_for_open_cases(
    responses: list[tuple[int, bool]], median: float | None
) -> None:
    assert median_days(Response(*pair) for pair in responses) == median


def customers(foreseen: pl.DataFrame | None = None, **tables: Any) -> pl.DataFrame:
    """The mart for six people in unit a, whose work on item `i` is of the week to the Sunday."""
    base: dict[str, list[Row]] = {"units": UNITS, **people({"a": 6}), "items": [{"item": "i"}]}
    base["worklogs"] = [row for n in range(6) for row in days(f"a-{n:02}", "i", 2, "2026-03-23")]
    made = world(**{**base, **tables})
    return truth(made, bands=pl.DataFrame(schema=BANDS) if foreseen is None else foreseen)[
        "customer_alignment"
    ]


def row_of(table: pl.DataFrame, unit: str = "a") -> Row:
    return one(table, org_unit_id=f"hr:{unit}", month_start=on("2026-03-01"), org_basis="as_was")


METRICS: list[Row] = [
    {"metric": "theirs", "is_customer_facing": True},
    {"metric": "ours", "is_customer_facing": False},
    {"metric": "nobody said"},
]


def targets(**metrics: list[str]) -> list[Row]:
    return [{"goal": g, "metric": m.replace("_", " ")} for g, own in metrics.items() for m in own]


def test_a_goal_is_for_customers_by_a_need_or_a_metric_and_not_where_all_metrics_say_no() -> None:
    goals = [{"goal": name, "unit": "a"} for name in "abcdefg"]
    goals[0]["need_key"] = "N1"
    found = customers(
        goals=goals,
        metrics=METRICS,
        goal_metrics=[
            *targets(b=["theirs", "ours"], c=["ours"], d=["ours", "nobody_said"], f=["theirs"]),
            # not yet in force
            {"goal": "e", "metric": "theirs", "effective_from": on("2026-03-30")},
        ],
    )
    row = row_of(found)
    # a, b and f are; c is not; d, e and g nobody knows
    assert (row["n_goals"], row["customer_goal_share"]) == (7, 0.75)
    assert row["reason_missing"] is None


def test_without_a_known_goal_or_any_goal_the_row_says_why() -> None:
    unknown = row_of(customers(goals=[{"goal": "g", "unit": "a"}]))
    assert (unknown["customer_goal_share"], unknown["n_shifts"]) == (None, 0)
    assert unknown["reason_missing"] == "unknown_customers"
    assert row_of(customers())["reason_missing"] == "no_goals"


def test_a_hidden_row_has_no_number() -> None:
    crowd = people({"a": 4, "root": 9})
    logs = [row for n in range(9) for row in days(f"root-{n:02}", "i", 2, "2026-03-23")]
    row = row_of(customers(**crowd, worklogs=logs, goals=[{"goal": "g", "unit": "a"}]))
    assert (row["suppressed"], row["reason_missing"]) == (True, "few_people")
    assert {row[name] for name in ("n_goals", "customer_goal_share", "n_shifts")} == {None}


def test_effort_counts_on_goals_that_are_known_even_when_they_have_ended() -> None:
    goals: list[Row] = [
        {"goal": "need", "unit": "a", "need_key": "N1", "ends_on": on("2026-02-28")},
        {"goal": "own", "unit": "a"},
        {"goal": "dark", "unit": "a"},
    ]
    items: list[Row] = [{"item": name} for name in ("i", "j", "k")]
    links = [{"goal": g, "item": i, "linked_at": at("2026-01-01")}
             for g, i in (("need", "i"), ("own", "j"), ("dark", "k"))]  # fmt: skip
    logs = [
        *days("a-00", "i", 3, "2026-03-23"),
        *days("a-01", "j", 1, "2026-03-23"),
        *days("a-02", "k", 5, "2026-03-23"),
        *days("a-03", "i", 4, "2026-03-16"),
        *(row for n in (3, 4, 5) for row in days(f"a-{n:02}", "k", 1, "2026-03-27")),
    ]
    found = customers(goals=goals, items=items, links=links, worklogs=logs,
                      metrics=METRICS, goal_metrics=targets(own=["ours"]))  # fmt: skip
    assert row_of(found)["customer_effort_share"] == 3 / 4
    # the goal that has ended is no goal of the row
    assert row_of(found)["customer_goal_share"] == 0


def test_needs_are_as_old_as_the_median_of_those_confirmed_by_the_sunday() -> None:
    confirmed = ["2026-03-19", "2026-03-09", "2026-04-01", None]
    goals = [{"goal": f"g{n}", "unit": "a", "need_key": "N", "need_confirmed_on": day and on(day)}
             for n, day in enumerate(confirmed)]  # fmt: skip
    # without a need or a customer-facing metric a date says nothing
    goals.append({"goal": "g9", "unit": "a", "need_confirmed_on": on("2025-03-29")})
    assert row_of(customers(goals=goals))["median_days_since_need_confirmed"] == (10 + 20) / 2


SHIFTED: dict[str, list[Row]] = {
    "goals": [{"goal": "g", "unit": "a"}],
    "metrics": [{"metric": "m", "is_customer_facing": True}],
    "goal_metrics": [{"goal": "g", "metric": "m"}],
    "observations": [
        {"metric": "m", "observed_on": on(day), "recorded_at": at(day), "value": 20.0}
        for day in ("2026-01-10", "2026-01-17")
    ],
}
FORESEEN = bands("2026-01-04")
"""A shift of Saturday, 17 January."""


def answered(initiative: Row, links: list[Row], *more: Row, **tables: Any) -> Row:
    items = [{"item": "i"}, {"item": "e", "is_initiative": True, **initiative}, *more]
    return row_of(customers(FORESEEN, **{**SHIFTED, "items": items, "links": links, **tables}))


def n_open(row: Row) -> tuple[int, int, float | None]:
    return row["n_shifts"], row["n_shifts_unanswered"], row["median_response_days"]


def test_the_first_initiative_under_a_goal_with_the_metric_answers_a_shift() -> None:
    link: list[Row] = [{"goal": "g", "item": "e", "linked_at": at("2026-03-20")}]
    assert n_open(answered({"created_at": at("2026-01-20 23:59")}, link)) == (1, 0, 3)
    assert n_open(answered({"created_at": at("2026-01-17 00:00")}, link)) == (1, 0, 0)
    # created before, or after the Sunday
    assert n_open(answered({"created_at": at("2026-01-16 23:59")}, link)) == (1, 1, None)
    assert n_open(answered({"created_at": at("2026-03-30")}, link)) == (1, 1, None)
    # no initiative
    unmarked = {"created_at": at("2026-01-20"), "is_initiative": False}
    assert n_open(answered(unmarked, link)) == (1, 1, None)
    # of two the earlier
    later = {"item": "f", "is_initiative": True, "created_at": at("2026-01-25")}
    both = [*link, {"goal": "g", "item": "f", "linked_at": at("2026-01-25")}]
    assert n_open(answered({"created_at": at("2026-02-20")}, both, later)) == (1, 0, 8)


def test_an_answering_link_may_be_above_or_taken_away_but_is_made_by_the_sunday() -> None:
    new = {"created_at": at("2026-01-20")}
    ended = {"goal": "g", "item": "e", "linked_at": at("2026-01-21"),
             "unlinked_at": at("2026-01-22")}  # fmt: skip
    assert n_open(answered(new, [ended])) == (1, 0, 3)
    late = {"goal": "g", "item": "e", "linked_at": at("2026-03-30")}
    assert n_open(answered(new, [late])) == (1, 1, None)
    above = {"goal": "g", "item": "top", "linked_at": at("2026-01-21")}
    assert n_open(answered({**new, "parent": "top"}, [above], {"item": "top"})) == (1, 0, 3)
    elsewhere = {"goal": "h", "item": "e", "linked_at": at("2026-01-21")}
    goals = [*SHIFTED["goals"], {"goal": "h"}]
    assert n_open(answered(new, [elsewhere], goals=goals)) == (1, 1, None)
    # h, of another unit, has the metric too: from the Sunday on, or only later
    for day, expected in (("2026-03-29", (1, 0, 3)), ("2026-03-30", (1, 1, None))):
        wanted = [*SHIFTED["goal_metrics"],
                  {"goal": "h", "metric": "m", "effective_from": on(day)}]  # fmt: skip
        assert n_open(answered(new, [elsewhere], goals=goals, goal_metrics=wanted)) == expected


def test_a_shift_counts_once_a_row_in_the_year_to_the_sunday_and_only_for_customers() -> None:
    new, link = {"created_at": at("2026-01-20")}, []
    two = {"goals": [*SHIFTED["goals"], {"goal": "h", "unit": "a"}],
           "goal_metrics": [{"goal": g, "metric": "m"} for g in "gh"]}  # fmt: skip
    assert n_open(answered(new, link, **two)) == (1, 1, None)
    inner = [{"metric": "m", "is_customer_facing": False}]
    assert n_open(answered(new, link, metrics=inner)) == (0, 0, None)
    for first, second, n in (("2025-03-23", "2025-03-29", 0), ("2025-03-24", "2025-03-30", 1)):
        readings = [{"metric": "m", "observed_on": on(day), "recorded_at": at(day), "value": 20.0}
                    for day in (first, second)]  # fmt: skip
        year_ago = {**SHIFTED, "observations": readings}
        row = row_of(customers(bands("2025-03-16", "2025-03-23"), **year_ago))
        assert row["n_shifts"] == n


def test_of_two_recordings_of_a_day_the_last_counts() -> None:
    again = {"metric": "m", "observed_on": on("2026-01-17"), "recorded_at": at("2026-01-18"),
             "value": 10.0}  # fmt: skip
    corrected = {**SHIFTED, "observations": [*SHIFTED["observations"], again]}
    assert row_of(customers(FORESEEN, **corrected))["n_shifts"] == 0


def test_without_forecasts_there_is_no_word_of_shifts() -> None:
    made = world(units=UNITS, **people({"a": 6}), items=[{"item": "i"}],
                 worklogs=days("a-00", "i", 2, "2026-03-23"))  # fmt: skip
    assert "n_shifts" not in truth(made)["customer_alignment"].columns
