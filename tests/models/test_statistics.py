"""The statistics of shares in SQL against printed tables and the exact normal distribution.

Belongs here: the macros of `statistics.sql`. Does not belong here: what they are applied to, which
the unit tests of the models show.
"""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Callable
from typing import Final

import duckdb
import pytest

from pipelines.dbt import EXECUTABLE, PROJECT

NEWCOMBE: Final = {
    (81, 263): (0.2553, 0.3662),
    (15, 148): (0.0624, 0.1605),
    (0, 20): (0, 0.1611),
    (1, 29): (0.0061, 0.1718),
}
"""Wilson's intervals as printed in Newcombe, Statistics in Medicine 17 (1998), method 3."""

EXPRESSIONS: Final = {
    "low": "{{ wilson_low('share', 'n') }}",
    "high": "{{ wilson_high('share', 'n') }}",
    "tail": "{{ two_sided_tail('distance') }}",
    "hundredths": "{{ rounded('share', 100) }}",
    "twentieths": "{{ rounded('share', 20) }}",
    "middle": "{{ moderated('share', 'n') }}",
    "spread": "{{ error_of_difference('share', 'n', '0.5', '48') }}",
}

Calculate = Callable[..., float | None]


@pytest.fixture(scope="module")
def calculate(tmp_path_factory: pytest.TempPathFactory) -> Calculate:
    """The value of one of the expressions, its columns given by name."""
    folder = tmp_path_factory.mktemp("statistics")
    answer = subprocess.run(
        [
            EXECUTABLE, "--quiet", "--no-use-colors", "--log-level-file", "none", "compile",
            "--inline", " | ".join(EXPRESSIONS.values()),
        ],
        cwd=PROJECT,
        env={
            **os.environ,
            "ALIGNMART_WAREHOUSE": str(folder / "warehouse.duckdb"),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(folder / "target"),
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout + answer.stderr
    compiled = dict(zip(EXPRESSIONS, answer.stdout.split(" | "), strict=True))

    def value(name: str, **columns: float | None) -> float | None:
        given = ", ".join(f"cast(${column} as double) as {column}" for column in columns)
        query = f"select {compiled[name]} from (select {given})"
        row = duckdb.execute(query, columns).fetchone()
        assert row is not None
        return row[0]

    return value


@pytest.mark.parametrize("counts", NEWCOMBE)
def test_the_interval_of_a_share_is_that_of_the_printed_table(calculate, counts):
    favourable, n = counts
    low, high = NEWCOMBE[counts]
    assert calculate("low", share=favourable / n, n=n) == pytest.approx(low, abs=5e-5)
    assert calculate("high", share=favourable / n, n=n) == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize("n", [1, 10, 1e9])
@pytest.mark.parametrize("share", [0, 0.3, 1])
def test_an_interval_holds_its_share_and_stays_a_share(calculate, share, n):
    low, high = calculate("low", share=share, n=n), calculate("high", share=share, n=n)
    assert 0 <= low <= share <= high <= 1


def test_without_a_share_there_is_no_interval(calculate):
    assert calculate("low", share=None, n=10) is None
    assert calculate("high", share=None, n=10) is None


@pytest.mark.parametrize("distance", [0, 0.1, 1, 1.959963984540054, 2.5758, 4, 8])
def test_the_tail_is_as_near_as_it_says(calculate, distance):
    exact = math.erfc(distance / math.sqrt(2))
    assert calculate("tail", distance=distance) == pytest.approx(exact, abs=1.5e-7)


@pytest.mark.parametrize(
    ("share", "nearest"),
    [(0.285, 0.29), (0.2849999, 0.28), (-0.125, -0.12), (-0.126, -0.13), (0, 0), (1, 1)],
)
def test_hundredths_round_half_up_below_zero_too(calculate, share, nearest):
    assert calculate("hundredths", share=share) == nearest


def test_twentieths_round_half_up(calculate):
    assert calculate("twentieths", share=0.575) == 0.6
    assert calculate("twentieths", share=0.57499) == 0.55


def test_a_moderated_share_has_one_more_for_and_one_more_against(calculate):
    assert calculate("middle", share=0, n=8) == 0.1
    assert calculate("middle", share=1, n=8) == 0.9


def test_the_error_of_a_difference_adds_both_shares_variances(calculate):
    assert calculate("spread", share=0.2, n=14) == pytest.approx(math.sqrt(0.01 + 0.005))
