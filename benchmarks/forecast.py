"""How right forecasts are: alignmart's beside the naive, the seasonal naive and plain ETS.

Each forecast is made from what was known at the time and judged by what came: for the sample
company on every Sunday 7, 28 and 91 days ahead, with the targets of its goals; for public series 1,
4 and 13 steps ahead.

`python -m benchmarks.forecast [--chosen] [--quick]`: `--chosen` adds the series on which the method
was chosen, which prove nothing; `--quick` leaves plain ETS out. A row a group of series and method:

- `n`: forecasts; `coverage`: share of them within the 80 % interval;
- `mase`: mean error ÷ that of the naive forecast on the same days, the mean over series and
  horizons, weighted by forecasts; `bias`: the same of the error with its sign;
- `brier`: skill of the probability that a target is reached, above always naming the share that
  is reached.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np
import polars as pl
from statsforecast.models import AutoETS

from benchmarks import forecast_cases as cases
from benchmarks import forecast_series as series
from benchmarks.forecast_cases import Case
from pipelines.forecast_grid import SEASONS, Grid
from pipelines.forecast_model import Z_90, Interval, fit

Answer = Callable[[int], Interval]
Method = Callable[[Case], Answer]
LN_9: Final = float(np.log(9))


def alignmart(case: Case) -> Answer:
    """The forecast step's own."""
    return fit(case.grid, is_percent=case.is_percent).ahead


def naive(case: Case) -> Answer:
    """The last value, with the interval of a random walk."""
    return _walk(case.grid, 1)


def seasonal_naive(case: Case) -> Answer:
    """The value one season before, where the step may have a season and one has been seen."""
    grid = case.grid
    length = SEASONS.get(grid.step, (1,))[-1]
    return _walk(grid, length if len(grid.values) > length + 1 else 1)


def plain_ets(case: Case) -> Answer:
    """ETS as statsforecast chooses it among models without a season, with its own interval."""
    model = AutoETS(model="ZZN")
    try:
        model.fit(case.grid.values)
    except NotImplementedError:  # so few readings
        return naive(case)

    def ahead(steps: int) -> Interval:
        found = model.predict(steps, level=[80])
        return Interval(*(float(found[name][-1]) for name in ("lo-80", "mean", "hi-80")))

    return ahead


METHODS: Final[dict[str, Method]] = {
    "alignmart": alignmart,
    "naive": naive,
    "seasonal naive": seasonal_naive,
    "plain ETS": plain_ets,
}


def _walk(grid: Grid, length: int) -> Answer:
    values = grid.values
    spread = float(np.std(values[length:] - values[:-length]))

    def ahead(steps: int) -> Interval:
        seasons = -(-steps // length)
        middle = float(values[len(values) - length + (steps - 1) % length])
        half = Z_90 * spread * np.sqrt(seasons)
        return Interval(middle - half, middle, middle + half)

    return ahead


def probability(interval: Interval, target: float, *, is_upward: bool) -> float:
    """That a value is at or beyond a target, logistic on either side of the median."""
    gain = interval.p50 - target if is_upward else target - interval.p50
    above = target > interval.p50
    reach = interval.p90 - interval.p50 if above else interval.p50 - interval.p10
    if reach <= 0:
        return 0.98 if gain >= 0 else 0.02
    likely = 1 / (1 + np.exp(-np.clip(LN_9 * gain / reach, -20, 20)))
    return float(np.clip(likely, 0.02, 0.98))


def judged(found: Iterable[Case], method: Method) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Forecasts (series, horizon, error, naive_error, is_inside), and targets."""
    forecasts: list[tuple[str, int, float, float, bool]] = []
    targets: list[tuple[float, bool]] = []
    for case in found:
        answer, last = method(case), float(case.grid.values[-1])
        by_steps = {n: answer(n) for n in {e.steps for e in (*case.came, *case.goals)}}
        for came in case.came:
            said = by_steps[came.steps]
            is_inside = said.p10 <= came.value <= said.p90
            row = (said.p50 - came.value, abs(last - came.value), is_inside)
            forecasts.append((case.series, came.horizon, *row))
        for goal in case.goals:
            likely = probability(by_steps[goal.steps], goal.target, is_upward=goal.is_upward)
            targets.append((likely, goal.is_reached))
    names = ["series", "horizon", "error", "naive_error", "is_inside"]
    return (
        pl.DataFrame(forecasts, schema=names, orient="row"),
        pl.DataFrame(targets, schema=["probability", "is_reached"], orient="row"),
    )


def scores(forecasts: pl.DataFrame, targets: pl.DataFrame) -> dict[str, float]:
    """n, coverage, mase, bias and brier, as the module says."""
    cell = forecasts.group_by("series", "horizon").agg(
        pl.len().alias("n"),
        (pl.col("error").abs().sum() / pl.col("naive_error").sum()).alias("mase"),
        (pl.col("error").sum() / pl.col("naive_error").sum()).alias("bias"),
    )
    cell = cell.sort("series", "horizon").filter(pl.col("mase").is_finite())
    weight = cell["n"] / cell["n"].sum()
    reached = targets["is_reached"].cast(pl.Float64)
    said = ((targets["probability"] - reached) ** 2).sum()
    usual = ((reached - reached.mean()) ** 2).sum()
    return {
        "n": forecasts.height,
        "coverage": float(forecasts["is_inside"].mean()),  # type: ignore[arg-type]
        "mase": float((cell["mase"] * weight).sum()),
        "bias": float((cell["bias"] * weight).sum()),
        "brier": float(1 - said / usual) if usual else np.nan,
    }


def groups(*, chosen: bool) -> Iterator[tuple[str, list[Case]]]:
    """Named groups of cases."""
    for seed in (1, 2, 3):
        yield f"sample company {seed}", list(cases.of_company(series.company(seed)))
    for name, found in series.held_out().items():
        yield name, [case for one in found for case in cases.of_series(one)]
    if chosen:
        for seed in (11, 12):
            yield f"chosen on: company {seed}", list(cases.of_company(series.company(seed)))
        for name, found in series.chosen_with().items():
            yield f"chosen on: {name}", [c for one in found for c in cases.of_series(one)]


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    options = argparse.ArgumentParser(description="How right forecasts are.")
    options.add_argument("--chosen", action="store_true")
    options.add_argument("--quick", action="store_true")
    given = options.parse_args()
    names = ["n", "coverage", "mase", "brier", "bias"]
    print(f"{'series':32}{'method':16}" + "".join(f"{name:>10}" for name in names) + f"{'s':>8}")
    for group, found in groups(chosen=given.chosen):
        for name, method in METHODS.items():
            if given.quick and name == "plain ETS":
                continue
            begun = time.process_time()
            score = scores(*judged(found, method))
            numbers = f"{score['n']:10.0f}" + "".join(f"{score[n]:10.3f}" for n in names[1:])
            print(f"{group:32}{name:16}{numbers}{time.process_time() - begun:8.1f}", flush=True)


if __name__ == "__main__":
    main()
