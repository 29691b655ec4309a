"""Relative weights of constructs: what they must come to, beside an independent computation."""

from __future__ import annotations

import importlib.util
from itertools import combinations
from math import factorial
from types import ModuleType

import numpy as np
import pytest

from pipelines.dbt import PROJECT


@pytest.fixture(scope="module")
def driver() -> ModuleType:
    path = PROJECT / "models" / "core" / "drivers" / "driver_weight.py"
    spec = importlib.util.spec_from_file_location("driver_weight", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def people(n: int, mixing: float, seed: int = 5) -> np.ndarray:
    """Three constructs, more alike the greater `mixing`, and an outcome that two of them make."""
    rng = np.random.default_rng(seed)
    own, shared = rng.normal(size=(n, 3)), rng.normal(size=(n, 1))
    constructs = own + mixing * shared
    outcome = constructs @ np.array([0.8, 0.4, 0.0]) + rng.normal(size=n)
    return np.column_stack([constructs, outcome])


def explained(values: np.ndarray, chosen: tuple[int, ...]) -> float:
    """R² of the least-squares regression of the last column on the chosen ones."""
    outcome = values[:, -1] - values[:, -1].mean()
    if not chosen:
        return 0.0
    known = values[:, list(chosen)] - values[:, list(chosen)].mean(axis=0)
    rest = outcome - known @ np.linalg.lstsq(known, outcome, rcond=None)[0]
    return float(1 - rest @ rest / (outcome @ outcome))


def averaged_over_orders(values: np.ndarray) -> np.ndarray:
    """What each construct adds to R², averaged over all orders (Lindeman, Merenda and Gold)."""
    n = values.shape[1] - 1
    found = np.zeros(n)
    for one in range(n):
        others = [other for other in range(n) if other != one]
        for size in range(n):
            part = factorial(size) * factorial(n - size - 1) / factorial(n)
            for chosen in combinations(others, size):
                added = explained(values, (*chosen, one)) - explained(values, chosen)
                found[one] += part * added
    return found


def test_weights_share_out_what_a_regression_explains(driver):
    values = people(400, mixing=0.7)
    shares, r_squared = driver.relative_weights(values)
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    assert (shares >= 0).all()
    assert r_squared == pytest.approx(explained(values, (0, 1, 2)), abs=1e-12)


def test_uncorrelated_constructs_weigh_their_squared_correlation(driver):
    rng = np.random.default_rng(3)
    orthogonal = np.linalg.qr(rng.normal(size=(300, 4)) - 0.0)[0]
    orthogonal = np.linalg.qr(orthogonal - orthogonal.mean(axis=0))[0][:, :3]
    outcome = orthogonal @ np.array([3.0, 2.0, 1.0])
    shares, r_squared = driver.relative_weights(np.column_stack([orthogonal, outcome]))
    squares = np.array([9.0, 4.0, 1.0])
    assert shares == pytest.approx(squares / squares.sum(), abs=0.02)
    assert r_squared == pytest.approx(1, abs=0.02)


def test_weights_are_near_those_averaged_over_all_orders(driver):
    values = people(2_000, mixing=0.6)
    shares, r_squared = driver.relative_weights(values)
    other = averaged_over_orders(values)
    assert shares * r_squared == pytest.approx(other, abs=0.02)
    assert list(np.argsort(shares)) == list(np.argsort(other)) == [2, 1, 0]


def test_who_left_a_construct_out_still_counts_for_the_others(driver):
    values = people(600, mixing=0.5)
    holed = values.copy()
    holed[np.random.default_rng(1).random(600) < 0.3, 2] = np.nan
    whole, holes = driver.correlations(values), driver.correlations(holed)
    assert holes[:2, :2] == pytest.approx(whole[:2, :2], abs=1e-12)
    both = ~np.isnan(holed[:, 2])
    assert holes[2, 3] == pytest.approx(np.corrcoef(values[both, 2], values[both, 3])[0, 1])


def test_too_few_people_and_a_construct_that_does_not_vary_have_no_weight(driver):
    values = people(300, mixing=0.5)
    told = {
        name: {f"s{row}": values[row, column] for row in range(300)}
        for column, name in enumerate(["control", "ownership", "resources", "los_actions"])
    }
    rows = driver.rows_of("wave", told)
    assert [row[1] for row in rows] == ["control", "ownership", "resources"]
    assert all(row[2] == 300 and row[4] <= row[3] <= row[5] for row in rows)
    few = {name: dict(list(sheets.items())[:199]) for name, sheets in told.items()}
    assert [row[2:] for row in driver.rows_of("wave", few)] == [(199, None, None, None, None)] * 3
    flat = told | {"control": dict.fromkeys(told["control"], 50.0)}
    assert {row[3] for row in driver.rows_of("wave", flat)} == {None}
    assert driver.rows_of("wave", {"control": told["control"]}) == []


def test_the_same_answers_have_the_same_weights_twice(driver):
    values = people(250, mixing=0.5)
    for one, other in zip(driver.estimate(values), driver.estimate(values), strict=True):
        assert np.array_equal(one, other)
