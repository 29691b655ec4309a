"""The forecast step: each Sunday knows what was recorded by then, and what it said is kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from pipelines import forecast as step
from pipelines.forecast import forecast
from pipelines.warehouse import Warehouse
from sandbox import observe
from sandbox.company import generate
from tests.pipelines.linked_company import fill

MONDAY = dt.date(2026, 1, 5)
NIGHT = dt.datetime(2026, 6, 30, 23, 59, 59, tzinfo=dt.UTC)
SOURCE = "goals"
HORIZONS_OF_10_MAY = [
    dt.date(2026, 5, 10), dt.date(2026, 5, 17), dt.date(2026, 6, 7), dt.date(2026, 8, 9),
]  # fmt: skip


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


def readings(n: int, values: list[float] | None = None) -> pl.DataFrame:
    """One a week, on Wednesdays from 7 January 2026, written down the same day."""
    days = [MONDAY + dt.timedelta(days=2 + 7 * week) for week in range(n)]
    found = values or [50 + week + (-1.0) ** week for week in range(n)]
    return pl.DataFrame(
        {
            "metric_key": ["m"] * n,
            "observed_on": days,
            "value": found,
            "recorded_at": [noon(day) for day in days],
        }
    )


def warehouse(folder: Path, observed: pl.DataFrame, **goal: object) -> Warehouse:
    """One goal, from January to June unless `goal` says otherwise, and its metric."""
    built = Warehouse(folder / "warehouse.duckdb")
    built.ensure()
    said = {"starts_on": MONDAY, "ends_on": dt.date(2026, 6, 30), "created_at": noon(MONDAY)} | goal
    frames = {
        "goals": pl.DataFrame([{"goal_key": "g", "title": "G", "status": "open"} | said]),
        "metrics": pl.DataFrame([{"metric_key": "m", "name": "M", "cadence_days": 7}]),
        "goal_metrics": pl.DataFrame(
            [{"goal_key": "g", "metric_ref": "m", "target": 90.0, "effective_from": MONDAY}]
        ),
        "metric_observations": observed,
    }
    fill(built, SOURCE, frames, NIGHT)
    return built


def table(built: Warehouse, name: str) -> pl.DataFrame:
    with built.connect(read_only=True) as connection:
        return connection.sql(f"select * from forecast.{name} order by all").pl()


def contents(built: Warehouse) -> dict[str, pl.DataFrame]:
    return {name: table(built, name) for name in ("metric_week", "metric_forecast")}


def emptied(built: Warehouse) -> Warehouse:
    with built.connect() as connection:
        connection.execute("delete from forecast.metric_week; delete from forecast.metric_forecast")
    return built


def assert_same(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> None:
    for name, rows in one.items():
        assert rows.equals(other[name]), name


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, dt.datetime]:
    end = dt.date(2026, 10, 31)
    as_of = dt.datetime.combine(end, dt.time(23, 59), dt.UTC)
    built = Warehouse(tmp_path_factory.mktemp("company") / "warehouse.duckdb")
    built.ensure()
    said = observe.goals(generate(4, 60, 13, end), as_of)
    fill(built, SOURCE, said, as_of - dt.timedelta(days=400))
    return built, as_of


def test_a_second_night_keeps_every_week_and_a_later_one_adds_only_what_is_new(
    company: tuple[Warehouse, dt.datetime],
) -> None:
    built, as_of = company
    earlier = as_of - dt.timedelta(days=21)
    emptied(built)
    first = forecast(built, earlier)
    assert forecast(built, earlier) == 0
    later = forecast(built, as_of)
    assert 0 < later < first / 4
    kept = contents(built)
    assert forecast(emptied(built), as_of) == kept["metric_week"].height
    assert_same(kept, contents(built))
    assert kept["metric_forecast"].height > 1000


def test_a_night_that_looks_back_leaves_what_that_night_would_have_left(
    company: tuple[Warehouse, dt.datetime],
) -> None:
    built, as_of = company
    earlier = as_of - dt.timedelta(days=60)
    forecast(emptied(built), earlier)
    then = contents(built)
    forecast(built, as_of)
    forecast(built, earlier)
    assert_same(then, contents(built))


def test_every_sunday_with_eight_readings_is_forecast_7_28_91_days_ahead_and_to_the_goals_end(
    tmp_path: Path,
) -> None:
    built = warehouse(tmp_path, readings(20))
    forecast(built, NIGHT)
    weeks = table(built, "metric_week")
    assert weeks["n_observations"].to_list()[:20] == list(range(1, 21))
    assert weeks["week_start"].to_list()[0] == MONDAY
    assert weeks.filter(pl.col("method").is_null())["n_observations"].to_list() == list(range(1, 8))
    ahead = table(built, "metric_forecast").filter(pl.col("week_start") == dt.date(2026, 5, 4))
    assert ahead["target_on"].to_list() == sorted([*HORIZONS_OF_10_MAY, dt.date(2026, 6, 30)])


def test_what_is_recorded_later_changes_no_sunday_before(tmp_path: Path) -> None:
    plain, revised = tmp_path / "plain", tmp_path / "revised"
    for folder in (plain, revised):
        folder.mkdir()
    observed = readings(20)
    late = observed.slice(4, 1).with_columns(
        value=pl.lit(500.0), recorded_at=pl.lit(noon(dt.date(2026, 4, 22)))
    )
    one, other = warehouse(plain, observed), warehouse(revised, pl.concat([observed, late]))
    for built in (one, other):
        forecast(built, NIGHT)
    before = pl.col("week_start") < dt.date(2026, 4, 20)
    for name, rows in contents(one).items():
        assert rows.filter(before).height > 10
        assert rows.filter(before).equals(contents(other)[name].filter(before)), name
        assert not rows.filter(~before).equals(contents(other)[name].filter(~before)), name


def test_a_reading_of_a_day_to_come_is_not_known_before_that_day(tmp_path: Path) -> None:
    observed = readings(12)
    early = pl.DataFrame(
        {
            "metric_key": ["m"],
            "observed_on": [dt.date(2026, 6, 1)],
            "value": [999.0],
            "recorded_at": [noon(dt.date(2026, 3, 1))],
        }
    )
    built = warehouse(tmp_path, pl.concat([observed, early]))
    forecast(built, NIGHT)
    weeks = table(built, "metric_week")
    told = weeks.filter(pl.col("last_value") == 999.0)
    assert told["week_start"].min() == dt.date(2026, 6, 1)


def test_a_moved_end_is_forecast_too_and_an_open_one_needs_none(tmp_path: Path) -> None:
    moved, opened = tmp_path / "moved", tmp_path / "opened"
    for folder in (moved, opened):
        folder.mkdir()
    built = warehouse(moved, readings(20))
    change = {"change_key": "c", "goal_key": "g", "field": "ends_on", "from_value": "2026-09-30"}
    changed = pl.DataFrame([change | {"to_value": "2026-06-30", "changed_at": noon(MONDAY)}])
    fill(built, SOURCE, {"goal_changes": changed}, NIGHT)
    forecast(built, NIGHT)
    assert dt.date(2026, 9, 30) in table(built, "metric_forecast")["target_on"].to_list()
    without = warehouse(opened, readings(20), ends_on=None)
    forecast(without, NIGHT)
    ahead = table(without, "metric_forecast")
    may = ahead.filter(pl.col("week_start") == dt.date(2026, 5, 4))["target_on"].to_list()
    first_sight = NIGHT.date()
    assert [day for day in may if day not in HORIZONS_OF_10_MAY] == [first_sight]
    assert table(without, "metric_week").height == 25


def test_the_recent_rate_is_the_median_slope_and_one_wild_reading_does_not_turn_it(
    tmp_path: Path,
) -> None:
    values = [10.0 + 2 * week for week in range(12)]
    values[9] = 400.0
    built = warehouse(tmp_path, readings(12, values))
    forecast(built, NIGHT)
    weeks = table(built, "metric_week")
    late = weeks.filter(pl.col("n_observations") >= 10)
    assert late["recent_rate"].to_numpy() == pytest.approx(np.full(late.height, 2.0), abs=0.5)
    assert weeks["recent_rate"].to_list()[0] is None


def test_where_working_out_fails_nothing_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = warehouse(tmp_path, readings(20))
    forecast(built, NIGHT - dt.timedelta(days=70))
    before = contents(built)
    real = step.replace

    def broken(
        connection: duckdb.DuckDBPyConnection,
        gone: pl.DataFrame,
        new: dict[str, pl.DataFrame],
    ) -> None:
        real(connection, gone, {**new, "metric_forecast": pl.DataFrame({"no_column": [1]})})

    monkeypatch.setattr(step, "replace", broken)
    with pytest.raises(duckdb.BinderException):
        forecast(built, NIGHT)
    assert_same(before, contents(built))


def test_without_goals_or_readings_there_is_nothing_to_forecast(tmp_path: Path) -> None:
    built = Warehouse(tmp_path / "warehouse.duckdb")
    assert forecast(built, NIGHT) == 0
    assert contents(built)["metric_week"].is_empty()
