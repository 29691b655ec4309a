"""Readings of a metric on regular steps, which is what forecasting models read.

Belongs here: the length of a step, gaps, outliers, seasons. Does not belong here: which readings
were known when (`forecast_weeks`), what is to come (`forecast_model`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MOST_STEPS: Final = 400
"""Steps that a forecast looks back on; what is older says little and costs time."""
CALENDAR: Final = ((28, 31, 365.25 / 12), (89, 93, 365.25 / 4), (360, 370, 365.25))
"""Least and greatest usual gap in days, and the calendar's step that it stands for."""
SEASONS: Final = {1.0: (7,), 7.0: (13, 52), 365.25 / 12: (12,), 365.25 / 4: (4,)}
"""Steps, in days, and the lengths of the seasons that they may have: a week, a quarter, a year."""
CYCLES: Final = 3
"""Whole seasons that must have been seen before one is believed."""
STRENGTH: Final = 0.64
"""Least strength of a season (Wang, Smith and Hyndman, 2006) that is believed."""
LEAST_LIKENESS: Final = 0.2
"""Least autocorrelation of the changes, one season apart, of a series that is looked into."""
WINDOW: Final = 7
"""Steps around a reading whose median it is compared with."""
FARTHEST: Final = 5.0
"""Robust standard deviations from that median beyond which a reading is drawn in."""
_SIGMA: Final = 1.4826
"""The standard deviation of a normal distribution whose median absolute deviation is 1."""
_EARLY: Final = 0.05
"""Share of a step by which the calendar may be early: February comes sooner than a mean month."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A metric on regular steps, oldest first; the last is its last reading.

    `step` is in days, `last_on` in days since 1970; `values` has no hole; `is_read` tells readings
    from steps that lie on the line between two.
    """

    step: float
    last_on: int
    values: Floats
    is_read: Flags

    def steps_to(self, day: int) -> int:
        """Steps from the last reading to the last that is due by `day`, at least one."""
        return max(1, int((day - self.last_on) / self.step + _EARLY))


@dataclass(frozen=True, slots=True)
class Season:
    """What a season adds at each step of the past; `length` steps later it comes again."""

    length: int
    values: Floats

    def ahead(self, steps: int) -> float:
        """What it adds so many steps after the last."""
        return float(self.values[(steps - 1) % self.length - self.length])

    def one_earlier(self) -> Floats:
        """At each step what it added one season before, as a forecast knows it; first, nothing."""
        unknown = np.full(self.length, np.nan)
        return np.concatenate([unknown, self.values[: -self.length]])


def regular(days: Days, values: Floats, cadence: int | None) -> Grid:
    """Readings of distinct, ascending `days` (since 1970) on steps counted from the last.

    A reading stands at the step that is nearest; of several the latest counts.
    """
    step = _step(np.diff(days), cadence)
    back = np.rint((days[-1] - days) / step).astype(np.int64)
    recent = back < MOST_STEPS
    at = back[recent][0] - back[recent]
    found = np.full(int(at[-1]) + 1, np.nan)
    found[at] = values[recent]
    is_read = ~np.isnan(found)
    where = np.flatnonzero(is_read)
    filled = np.interp(np.arange(len(found)), where, found[where])
    return Grid(step, int(days[-1]), filled, is_read)


def _step(gaps: Days, cadence: int | None) -> float:
    """Days between readings: as promised, unless they come at least twice as often or as rarely."""
    usual = float(np.median(gaps))
    days = float(cadence) if cadence and cadence / 2 < usual < cadence * 2 else usual
    return next((step for low, high, step in CALENDAR if low <= days <= high), days)


def without_outliers(values: Floats) -> Floats:
    """Values drawn in to `FARTHEST` robust standard deviations from the median around them.

    Hampel's filter with one scale for the whole series: a new level is no outlier once half a
    window has seen it.
    """
    if len(values) < WINDOW:
        return values
    away = values - _medians_around(values)
    reach = FARTHEST * _SIGMA * float(np.median(np.abs(away)))
    if reach == 0:
        return values
    return np.asarray(values - away + np.clip(away, -reach, reach), dtype=np.float64)


def _medians_around(values: Floats) -> Floats:
    """The median of `WINDOW` steps around each; at either end, of those of them that there are."""
    half = WINDOW // 2
    inside = np.lib.stride_tricks.sliding_window_view(values, WINDOW)
    first = [np.median(values[: n + half]) for n in range(1, half + 1)]
    last = [np.median(values[-n - half :]) for n in range(half, 0, -1)]
    return np.concatenate([first, np.median(inside, axis=1), last])


def season_of(step: float, values: Floats) -> Season | None:
    """The shortest season of `values` that their step may have and they show strongly enough."""
    for length in SEASONS.get(step, ()):
        if len(values) >= CYCLES * length and _comes_again(values, length):
            season = _decomposed(values, length)
            if season is not None:
                return season
    return None


def _decomposed(values: Floats, length: int) -> Season | None:
    # Few metrics have a season, and loading it takes longer than a night's forecasts.
    from statsmodels.tsa.seasonal import STL  # type: ignore[import-untyped]  # noqa: PLC0415

    jump = max(1, length // 7)  # trends of a long season need not be worked out at every step
    model = STL(
        values, period=length, seasonal_deg=0, robust=True, trend_jump=jump, low_pass_jump=jump
    )
    parts = model.fit()
    seasonal, rest = np.asarray(parts.seasonal), np.asarray(parts.resid)
    both = float(np.var(seasonal + rest))
    if both == 0 or 1 - float(np.var(rest)) / both < STRENGTH:
        return None
    return Season(length, seasonal)


def _comes_again(values: Floats, length: int) -> bool:
    """Whether what rises at one step rises a season later: a quick look before the long one."""
    rises = np.diff(values)
    rises -= rises.mean()
    total = float(rises @ rises)
    return total > 0 and float(rises[length:] @ rises[:-length]) / total >= LEAST_LIKENESS
