"""What a forecast is tried on: a moment of a series, what was known then, and what came.

Belongs here: the moments, their horizons and targets. Does not belong here: series
(`forecast_series`), methods and scores (`forecast`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from benchmarks.forecast_series import Series, metrics
from pipelines.forecast_grid import Days, Floats, Grid, regular
from pipelines.forecast_weeks import FEWEST, HORIZONS, Metric
from sandbox.world import World

AHEAD: Final = (1, 4, 13)
"""Steps ahead for which public series are forecast."""
MOST_MOMENTS: Final = 150
"""Moments of a public series from which is looked ahead, evenly spread."""
SUNDAY: Final = 3
"""1970 began on a Thursday."""


@dataclass(frozen=True, slots=True)
class Came:
    """A value that came: under which horizon it counts, and how many steps ahead it was."""

    horizon: int
    steps: int
    value: float


@dataclass(frozen=True, slots=True)
class Goal:
    """A target, and whether the value so many steps ahead was at or beyond it."""

    steps: int
    target: float
    is_upward: bool
    is_reached: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A moment of a series: what was known, what came, which targets were set."""

    series: str
    grid: Grid
    is_percent: bool
    came: tuple[Came, ...]
    goals: tuple[Goal, ...]


def of_series(series: Series) -> Iterator[Case]:
    """Moments of a public series.

    Every 13 steps two targets are set, as far from the value of that moment as the series has moved
    in 13 steps before (the median), up and down; they are judged 13 steps later.
    """
    values, long = series.values, AHEAD[-1]
    moments = np.arange(FEWEST, len(values))
    every = max(1, len(moments) // MOST_MOMENTS)
    for known in moments[::every]:
        came = tuple(Came(k, k, values[known + k - 1]) for k in AHEAD if known + k <= len(values))
        start = FEWEST + (known - FEWEST) // long * long
        goals = _goals(values, int(start), int(known)) if start > long else ()
        grid = regular(series.days[:known], values[:known], None)
        yield Case(series.name, grid, False, came, tuple(goals))


def _goals(values: Floats, start: int, known: int) -> Iterator[Goal]:
    long, end = AHEAD[-1], start + AHEAD[-1]
    if end > len(values):
        return
    came = values[end - 1]
    usual = float(np.median(np.abs(values[long:start] - values[: start - long])))
    for side in (1, -1):
        target = values[start - 1] + side * usual
        yield Goal(end - known, target, side > 0, bool(side * (came - target) >= 0))


def of_company(world: World) -> Iterator[Case]:
    """Every Sunday of every metric, with the targets of goals that are active on it."""
    today = (world.end - np.datetime64("1970-01-01", "D").item()).days
    targets = _targets(world)
    for metric in metrics(world):
        final_days, final_values = metric.known(today, len(metric.recorded))
        first = int(metric.recorded[0])
        for sunday in range(first + (SUNDAY - first) % 7, today, 7):
            n_recorded = int(np.searchsorted(metric.recorded, sunday, side="right"))
            days, values = metric.known(sunday, n_recorded)
            if len(days) < FEWEST:
                continue
            grid = regular(days, values, metric.cadence)
            came = tuple(_came(metric, grid, sunday, today, final_days, final_values))
            in_force = targets.get(metric.metric_id, [])
            goals = {
                (target, is_upward)
                for first_day, last_day, target, is_upward in in_force
                if first_day <= sunday <= last_day
            }
            judged = tuple(
                Goal(c.steps, target, up, c.value >= target if up else c.value <= target)
                for target, up in sorted(goals)
                for c in came
            )
            yield Case(metric.metric_id, grid, metric.is_percent, came, judged)


def _came(
    metric: Metric, grid: Grid, sunday: int, today: int, days: Days, values: Floats
) -> Iterator[Came]:
    """The last reading up to each horizon's day, if it is new and fresh on that day."""
    fresh = 1.5 * metric.cadence if metric.cadence else 35
    for horizon in HORIZONS:
        day = sunday + horizon
        at = int(np.searchsorted(days, day, side="right")) - 1
        if day <= today and days[at] > grid.last_on and day - days[at] <= fresh:
            yield Came(horizon, grid.steps_to(day), float(values[at]))


def _targets(world: World) -> dict[str, list[tuple[int, int, float, bool]]]:
    """Targets of each metric: first and last day in force, target, whether up is good."""
    day = pl.col("effective_from", "until", "starts_on", "ends_on").cast(pl.Int32)
    after = pl.col("effective_from").shift(-1).over("goal", "metric", order_by="effective_from")
    rows = (
        world.goal_metrics.with_columns(until=after)
        .join(world.goals.select("goal", "starts_on", "ends_on", "status"), on="goal")
        .filter(~pl.col("status").is_in(["draft", "cancelled"]), pl.col("target").is_not_null())
        .filter((pl.col("kind") != "reach") | (pl.col("target") != pl.col("baseline")))
        .with_columns(day)
        .select(
            "metric",
            pl.max_horizontal("effective_from", "starts_on"),
            pl.min_horizontal(pl.col("until") - 1, "ends_on").fill_null(10**6),
            "target",
            (pl.col("kind") == "at_least")
            | ((pl.col("kind") == "reach") & (pl.col("target") > pl.col("baseline"))),
        )
    )
    found: dict[str, list[tuple[int, int, float, bool]]] = {}
    for metric, *target in rows.sort(rows.columns).iter_rows():
        found.setdefault(metric, []).append(tuple(target))
    return found
