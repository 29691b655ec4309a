"""A metric week by week: what was known by each Sunday, what is asked of it, and the answer.

Belongs here: the readings of which a Sunday knew, the days that are asked for, the mark of both,
the forecast and the recent rate. Does not belong here: the forecasting model (`forecast_model`),
what is kept of an earlier run (`forecast`).

A week's answer follows from its question alone, so that it may be kept as long as its mark is the
same. Days are whole numbers since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

import numpy as np
import xxhash

from pipelines.forecast_grid import Days, Floats, regular
from pipelines.forecast_model import Interval, fit

FEWEST: Final = 8
"""Readings from which on there is a forecast."""
HORIZONS: Final = (7, 28, 91)
"""Days after every Sunday that are forecast, so that accuracy can be told."""
RECENT_DAYS: Final = 28
"""Days whose readings make the recent rate, but at least the last `FEWEST` readings."""
RULES: Final = f"1 {version('statsforecast')} {version('statsmodels')} {version('numpy')}"
"""Part of every mark: another release of these may answer the same question otherwise."""
_FIRST_SUNDAY: Final = 3
"""1970 began on a Thursday."""


@dataclass(frozen=True, slots=True)
class Metric:
    """Every recording of a metric, in the order in which they were made."""

    metric_id: str
    cadence: int | None
    is_percent: bool
    recorded: Days
    observed: Days
    values: Floats

    def known(self, sunday: int, n_recorded: int) -> tuple[Days, Floats]:
        """Days up to a Sunday, ascending, with the last of the first `n_recorded` recordings."""
        days = self.observed[:n_recorded][::-1]
        values = self.values[:n_recorded][::-1]
        found, last = np.unique(days, return_index=True)
        is_past = found <= sunday
        return found[is_past], values[last[is_past]]


@dataclass(frozen=True, slots=True)
class Span:
    """Days between which a goal may have been active; open where `last` is empty."""

    first: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a metric on a Sunday: its values on days from then on."""

    sunday: int
    n_recorded: int
    targets: tuple[int, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a Sunday knew and foresaw; without `intervals` where there were too few readings."""

    sunday: int
    mark: str
    n_observations: int
    last_observed: int
    last_value: float
    recent_rate: float | None
    method: str | None
    intervals: dict[int, Interval]


def questions(metric: Metric, spans: Iterable[Span], first: int, last: int) -> Iterator[Question]:
    """A question for each Sunday from `first` to `last` on which a goal may have the metric.

    Asked for are the Sunday itself, the days `HORIZONS` after it, and the ends of the goals that
    have begun by then. A Sunday before the first recording has nothing to be asked.
    """
    begun = max(first, int(metric.recorded[0]), min(span.first for span in spans))
    told = xxhash.xxh3_128(f"{RULES} {metric.cadence} {metric.is_percent}".encode())
    rows = np.column_stack([metric.observed.astype(np.float64), metric.values])
    n_told = 0
    for sunday in range(begun + (_FIRST_SUNDAY - begun) % 7, last + 1, 7):
        n_recorded = int(np.searchsorted(metric.recorded, sunday, side="right"))
        told.update(rows[n_told:n_recorded].tobytes())
        n_told = n_recorded
        current = [s for s in spans if s.first <= sunday and (s.last is None or sunday <= s.last)]
        if current:
            ends = {span.last for span in current if span.last is not None}
            targets = sorted(ends | {sunday} | {sunday + days for days in HORIZONS})
            mark = told.copy()
            mark.update(np.array([sunday, *targets]).tobytes())
            yield Question(sunday, n_recorded, tuple(targets), mark.hexdigest())


def answers(metric: Metric, asked: Iterable[Question]) -> Iterator[Answer]:
    """The answers, in the order of the questions; none where no reading was of a day by then."""
    model, fitted_to = None, b""
    for question in asked:
        days, values = metric.known(question.sunday, question.n_recorded)
        if len(days) == 0:
            continue
        intervals: dict[int, Interval] = {}
        if len(days) >= FEWEST:
            grid = regular(days, values, metric.cadence)
            read = days.tobytes() + values.tobytes()
            if model is None or read != fitted_to:
                model, fitted_to = fit(grid, is_percent=metric.is_percent), read
            by_steps = {n: model.ahead(n) for n in {grid.steps_to(d) for d in question.targets}}
            intervals = {day: by_steps[grid.steps_to(day)] for day in question.targets}
        yield Answer(
            question.sunday, question.mark, len(days), int(days[-1]), float(values[-1]),
            recent_rate(days, values, question.sunday),
            model.method if model is not None and intervals else None, intervals,
        )  # fmt: skip


def recent_rate(days: Days, values: Floats, sunday: int) -> float | None:
    """Units a week: the median slope between any two recent readings (Theil, 1950; Sen, 1968).

    Recent are those of the `RECENT_DAYS` to the Sunday, but at least the last `FEWEST` that there
    are. Null with one reading.
    """
    n_recent = max(int(np.sum(days > sunday - RECENT_DAYS)), FEWEST)
    late_days, late_values = days[-n_recent:], values[-n_recent:]
    if len(late_days) < 2:
        return None
    earlier, later = np.triu_indices(len(late_days), k=1)
    slopes = (late_values[later] - late_values[earlier]) / (late_days[later] - late_days[earlier])
    return float(np.median(slopes)) * 7 + 0.0  # no -0
