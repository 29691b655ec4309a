"""The forecast of one metric: the mean of two exponential smoothings, and how far it may err.

Belongs here: fitting, the value some steps ahead and its 80 % interval. Does not belong here:
regular steps, outliers, seasons (`forecast_grid`); which weeks and days are asked for
(`forecast_weeks`).

The models are statsforecast's: simple exponential smoothing and ETS(A,Ad,N), a trend that fades
(Hyndman, Koehler, Ord and Snyder, 2008). Their mean errs less than either on the series on which
this was chosen; decision 0009 has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from pipelines.forecast_grid import Flags, Floats, Grid, Season, season_of, without_outliers

if TYPE_CHECKING:
    from statsforecast.models import AutoETS, SimpleExponentialSmoothingOptimized

METHOD: Final = "ses+ets_aadn"
"""The name of the method; `+season` follows where a season was found."""
LEAST_FOR_TREND: Final = 10
"""Steps from which on statsforecast fits a trend that fades."""
LEAST_IN_LOGS: Final = 0.05
"""Share of their median above which all readings are where their logs are forecast."""
Z_90: Final = 1.2815515655446004
"""The 90 % quantile of the standard normal distribution: 80 % lie within it on either side."""
FARTHEST_BY_TREND: Final = 0.5
"""Share of the range of the readings so far that a trend may add at most."""
SEEN_AS_MUCH_AS_MODEL: Final = 4.0
"""Independent past errors so many steps ahead that weigh as much as the model's own formula."""
WIDER: Final = 1.025
WIDER_BY_REACH: Final = 0.7
"""How much wider intervals are than what fitted models say of their own past: half the width grows
by `WIDER` × (1 + `WIDER_BY_REACH` × steps ahead ÷ readings), since the models were fitted to it.
Both were chosen on other series than those on which the coverage is tested."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The 80 % interval of a value to come, and its median."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class _Smoothing:
    """A fitted model by what it knew: levels and slopes before the first step and after each."""

    levels: Floats
    slopes: Floats | None
    phi: float
    alpha: float
    beta: float

    def ahead(self, steps: int) -> Floats:
        """From each of these moments, the value so many steps later."""
        if self.slopes is None:
            return self.levels
        added = np.clip(self._faded(steps) * self.slopes, -FARTHEST_BY_TREND, FARTHEST_BY_TREND)
        return np.asarray(self.levels + added)

    def carried(self, steps: int) -> Floats:
        """What stays of an error of 1 in the forecasts 1 … steps after it."""
        faded = np.array([self._faded(later) for later in range(1, steps + 1)])
        return np.asarray(self.alpha + self.beta * faded)

    def _faded(self, steps: int) -> float:
        """φ + φ² + … + φ^steps: how much of a slope has come by then."""
        return steps if self.phi >= 1 else self.phi * (1 - self.phi**steps) / (1 - self.phi)


@dataclass(frozen=True, slots=True)
class Model:
    """Fitted models of one metric's readings; their values are `(x − origin) ÷ scale`."""

    # `steps` are what past forecasts are judged by: without outliers, or without the season as it
    # was one cycle before; there a value far off is more often a season that moved than an outlier.
    smoothings: tuple[_Smoothing, ...]
    season: Season | None
    origin: float
    scale: float
    in_logs: bool
    steps: Floats
    is_judged: Flags
    n_readings: int
    lowest: float
    highest: float

    @property
    def method(self) -> str:
        """The name of the method."""
        return METHOD if self.season is None else f"{METHOD}+season"

    def ahead(self, steps: int) -> Interval:
        """The value so many steps after the last reading."""
        middle = float(self._expected(steps)[-1])
        if self.season is not None:
            middle += self.season.ahead(steps)
        half = Z_90 * np.sqrt(self._variance(steps))
        half *= WIDER * (1 + WIDER_BY_REACH * steps / self.n_readings)
        return Interval(*(self._back(middle + side * half) for side in (-1, 0, 1)))

    def _expected(self, steps: int) -> Floats:
        """From each moment, the value so many steps later, without the season."""
        return _mean([model.ahead(steps) for model in self.smoothings])

    def _variance(self, steps: int) -> float:
        """Of errors so many steps ahead: the formula's, and more where the past shows more."""
        carried = _mean([model.carried(steps - 1) for model in self.smoothings])
        n_fitted = 1 + sum(1 if model.slopes is None else 2 for model in self.smoothings)
        fitted_away = self.n_readings / max(self.n_readings - n_fitted, 2)
        _, one = self._past_error(1)
        by_formula = one * (1 + float(carried @ carried))
        n_seen, seen = self._past_error(steps)
        weight = n_seen / (n_seen + steps * SEEN_AS_MUCH_AS_MODEL)
        return max(weight * seen + (1 - weight) * by_formula, by_formula) * fitted_away

    def _past_error(self, steps: int) -> tuple[int, float]:
        """How many forecasts so many steps ahead had been judged, and their mean squared error."""
        errors = self.steps[steps:] - self._expected(steps)[1:-steps]
        errors = errors[self.is_judged[steps:]]
        return len(errors), float(errors @ errors) / max(len(errors), 1)

    def _back(self, value: float) -> float:
        """A value as the metric has it, no lower or higher than its kind can be."""
        found = value * self.scale + self.origin
        found = float(np.exp(np.clip(found, -700, 700))) if self.in_logs else found
        return float(min(max(found, self.lowest), self.highest))


def _mean(series: list[Floats]) -> Floats:
    """The mean of one or two, step by step: numpy's own would take ten times as long."""
    return series[0] if len(series) == 1 else (series[0] + series[1]) / 2


def fit(grid: Grid, *, is_percent: bool = False) -> Model:
    """The models of a metric with some readings; a percentage that never was above 100 stays so."""
    known = grid.values[grid.is_read]
    in_logs = bool(known.max() > known.min() > LEAST_IN_LOGS * np.median(known) > 0)
    raw = np.log(grid.values) if in_logs else grid.values
    origin, scale = float(np.median(raw)), float(np.ptp(raw)) or 1.0
    plain = (raw - origin) / scale
    season = season_of(grid.step, plain)
    adjusted = without_outliers(plain if season is None else plain - season.values)
    steps, is_judged = adjusted, grid.is_read.copy()
    is_judged[0] = False
    if season is not None:
        steps = plain - season.one_earlier()
        is_judged[: season.length] = False
    return Model(
        _smoothings(adjusted), season, origin, scale, in_logs, steps, is_judged, len(known),
        lowest=0.0 if known.min() >= 0 else -np.inf,
        highest=100.0 if is_percent and known.max() <= 100 else np.inf,
    )  # fmt: skip


def _smoothings(values: Floats) -> tuple[_Smoothing, ...]:
    level, trend = _models()
    found = level.fit(values).model_
    levels = np.append(found["fitted"], found["mean"][0])
    flat = _Smoothing(levels, None, 1.0, float(found["alpha"]), 0.0)
    if len(values) < LEAST_FOR_TREND or np.ptp(values) == 0:
        return (flat,)
    found = trend.fit(values).model_
    alpha, beta, _, phi = (float(number) for number in found["par"][:4])
    return (flat, _Smoothing(found["states"][:, 0], found["states"][:, 1], phi, alpha, beta))


@cache
def _models() -> tuple[SimpleExponentialSmoothingOptimized, AutoETS]:
    from statsforecast.models import (  # noqa: PLC0415  a second that nights without news save
        AutoETS,
        SimpleExponentialSmoothingOptimized,
    )

    return SimpleExponentialSmoothingOptimized(), AutoETS(model="AAN", damped=True)
