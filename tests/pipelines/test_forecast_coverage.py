"""How right forecasts are, on series that had no part in choosing the method.

The figures stand in docs/decisions/0009; `python -m benchmarks.forecast` prints them all.
"""

from __future__ import annotations

import pytest

from benchmarks.forecast import alignmart, judged, scores
from benchmarks.forecast_cases import of_company, of_series
from benchmarks.forecast_series import company, held_out


def told(name: str, found: dict[str, float]) -> None:
    """Shown by pytest -s, and where a bound is missed."""
    figures = ", ".join(f"{key} {value:.3f}" for key, value in found.items())
    print(f"{name}: {figures}")  # noqa: T201


@pytest.mark.parametrize("name", ["co2", "nile", "elnino", "macrodata"])
def test_intervals_of_public_series_hold_what_they_say_and_beat_the_naive_forecast(
    name: str,
) -> None:
    found = scores(*judged([c for one in held_out()[name] for c in of_series(one)], alignmart))
    told(name, found)
    assert 0.75 <= found["coverage"] <= 0.85
    assert found["mase"] < 1
    assert found["brier"] > 0


def test_where_a_cycle_has_no_fixed_length_the_naive_forecast_is_not_beaten() -> None:
    """Sunspots: known and told; the interval still holds three of four values."""
    found = scores(
        *judged([c for one in held_out()["sunspots"] for c in of_series(one)], alignmart)
    )
    told("sunspots", found)
    assert 0.7 <= found["coverage"] <= 0.85
    assert found["mase"] < 1.15


@pytest.mark.parametrize(
    "seed",
    [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)],
)
def test_intervals_of_the_sample_company_hold_what_they_say_and_beat_the_naive_forecast(
    seed: int,
) -> None:
    found = scores(*judged(of_company(company(seed)), alignmart))
    told(f"sample company {seed}", found)
    assert 0.75 <= found["coverage"] <= 0.85
    assert found["mase"] < 1
    assert found["brier"] > 0
