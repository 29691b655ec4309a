"""What a forecast makes of gaps, outliers, seasons, short and flat series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.forecast_grid import Floats, regular, season_of, without_outliers
from pipelines.forecast_model import Interval, Model, fit
from pipelines.forecast_weeks import RULES


def weekly(values: Floats, *, left_out: list[int] | None = None) -> Model:
    kept = [n for n in range(len(values)) if n not in (left_out or [])]
    return fit(regular(np.array(kept) * 7, values[kept], 7))


def noisy(n: int, slope: float = 0.0, seed: int = 1) -> Floats:
    return 100 + slope * np.arange(n) + np.random.default_rng(seed).normal(size=n)


def test_readings_stand_on_steps_counted_from_the_last_and_gaps_are_filled_in() -> None:
    days = np.array([0, 8, 14, 35, 43])
    grid = regular(days, np.array([1.0, 2.0, 3.0, 6.0, 7.0]), 7)
    assert (grid.step, grid.last_on) == (7.0, 43)
    assert grid.values.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert grid.is_read.tolist() == [True, True, True, False, False, True, True]


@pytest.mark.parametrize(
    ("gap", "cadence", "step"),
    [
        (7, None, 7.0),
        (7, 7, 7.0),
        (10, 14, 14.0),
        (1, 7, 1.0),
        (30, 7, 365.25 / 12),
        (31, None, 365.25 / 12),
        (91, None, 365.25 / 4),
        (365, None, 365.25),
    ],
)
def test_a_step_is_the_cadence_unless_readings_come_twice_as_often_or_as_rarely(
    gap: int, cadence: int | None, step: float
) -> None:
    assert regular(np.arange(9) * gap, np.arange(9.0), cadence).step == step


def test_months_and_quarters_keep_their_place_over_ten_years() -> None:
    months = np.arange("2016-01", "2026-01", dtype="datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int64)
    grid = regular(days, np.arange(120.0), 30)
    assert grid.values.tolist() == list(range(120))
    end_of_february = np.datetime64("2026-03-01").astype("datetime64[D]").astype(np.int64)
    assert grid.steps_to(int(end_of_february)) == 3


def test_an_outlier_is_drawn_in_and_a_new_level_is_not() -> None:
    plain = noisy(40)
    spiked = plain.copy()
    spiked[20] = 900.0
    drawn = without_outliers(spiked)
    assert abs(drawn[20] - 100) < 10
    assert np.array_equal(np.delete(drawn, 20), np.delete(spiked, 20))
    level = np.concatenate([noisy(20), noisy(20) + 50])
    assert np.array_equal(without_outliers(level), level)


def test_one_wild_reading_hardly_moves_what_is_foreseen_and_a_new_level_does() -> None:
    plain, spiked = noisy(40), noisy(40)
    spiked[30] = 900.0
    before, after = weekly(plain).ahead(4), weekly(spiked).ahead(4)
    assert abs(after.p50 - before.p50) < 1
    assert weekly(np.concatenate([noisy(20), noisy(20) + 50])).ahead(4).p50 > 145


def test_a_gap_hardly_moves_what_is_foreseen() -> None:
    values = noisy(40, slope=1.0)
    before = weekly(values).ahead(4)
    after = weekly(values, left_out=[*range(10, 18), 25]).ahead(4)
    assert abs(after.p50 - before.p50) < 3
    assert 0.6 < (after.p90 - after.p10) / (before.p90 - before.p10) < 1.7


def test_a_season_is_found_after_three_cycles_and_carried_on() -> None:
    steps = np.arange(48)
    values = 100 + 20 * np.sin(steps * 2 * np.pi / 12) + noisy(48) - 100
    months = regular(np.rint(steps * 365.25 / 12).astype(np.int64), values, None)
    model = fit(months)
    assert model.method == "ses+ets_aadn+season"
    assert model.ahead(3).p50 > 114
    assert model.ahead(9).p50 < 86
    assert season_of(months.step, values[:35]) is None


def test_what_has_no_season_is_given_none() -> None:
    found = [season_of(7.0, noisy(200, seed=seed)) for seed in range(5)]
    found += [season_of(1.0, np.cumsum(noisy(200, seed=seed) - 100)) for seed in range(5)]
    assert found == [None] * 10


def test_intervals_widen_with_the_days_ahead_and_with_fewer_readings() -> None:
    def width(found: Interval) -> float:
        return found.p90 - found.p10

    long, short = weekly(noisy(60)), weekly(noisy(60)[-10:])
    assert width(long.ahead(1)) < width(long.ahead(4)) < width(long.ahead(13))
    assert width(short.ahead(13)) > 1.5 * width(long.ahead(13))


def test_a_flat_metric_stays_flat_and_is_certain() -> None:
    assert weekly(np.full(12, 5.0)).ahead(13) == Interval(5.0, 5.0, 5.0)


def test_a_count_is_never_foreseen_below_0_nor_a_percentage_above_100() -> None:
    falling = np.array([9.0, 8, 6, 5, 5, 3, 2, 2, 1, 0, 1, 0])
    found = weekly(falling).ahead(13)
    assert found.p10 == 0
    rising = np.minimum(100.0, 80 + 2 * np.arange(12.0))
    model = fit(regular(np.arange(12) * 7, rising, 7), is_percent=True)
    assert model.ahead(13).p90 <= 100
    assert weekly(falling - 5).ahead(13).p10 < 0


def test_a_trend_adds_at_most_half_of_the_range_that_was_seen() -> None:
    steep = np.array([10.0, 10.2, 9.9, 10.1, 10, 10.2, 12, 15, 19, 24, 30, 37])
    assert weekly(steep).ahead(200).p50 < 37 * (37 / 9.9) ** 0.5


def test_the_same_readings_are_foreseen_alike() -> None:
    values = noisy(50, slope=0.5)
    assert weekly(values).ahead(5) == weekly(values.copy()).ahead(5)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 90), st.floats(-1e12, 1e12, allow_nan=False, allow_subnormal=False)
        ),
        min_size=8,
        max_size=40,
    ),
    st.sampled_from([None, 1, 7, 14, 30, 365]),
)
def test_any_eight_readings_have_a_forecast_in_order(
    read: list[tuple[int, float]], cadence: int | None
) -> None:
    days = np.cumsum([gap for gap, _ in read])
    model = fit(regular(days, np.array([value for _, value in read]), cadence))
    for steps in (1, 5, 400):
        found = model.ahead(steps)
        assert np.all(np.isfinite([found.p10, found.p50, found.p90]))
        assert found.p10 <= found.p50 <= found.p90


def test_the_same_readings_are_foreseen_as_by_the_rules_that_marks_name() -> None:
    """Whoever changes these numbers changes RULES too, or a warehouse keeps what it had."""
    found = weekly(np.round(noisy(30, slope=0.5), 3)).ahead(4)
    assert RULES.split()[0] == "1"
    assert [found.p10, found.p50, found.p90] == pytest.approx(
        [113.446519, 115.055897, 116.688107], rel=1e-6
    )
