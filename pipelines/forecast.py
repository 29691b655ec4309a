"""The forecast step: what each metric of a goal was foreseen to be, as every Sunday knew it.

Belongs here: which weeks are worked out and which are kept, the rows of the tables in schema
`forecast`. Does not belong here: reading `raw` (`forecast_readings`), one metric
(`forecast_weeks`), goals and their targets (`goal_outlook_week` in dbt).

A Sunday's forecast follows from what was recorded by then, and is kept as long as that stands: a
night works out the new week alone. The tables are what working out everything anew would give.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import polars as pl

from pipelines.forecast_readings import Readings, read
from pipelines.forecast_table import FORECASTS, TABLES, WEEKS, marks, replace
from pipelines.forecast_weeks import Answer, Metric, Question, Span, answers, questions
from pipelines.warehouse import Warehouse

LONGEST_BACK: Final = 3653
"""Days from the first Sunday that is worked out to as_of, at most; as in the models' calendar."""
_EPOCH: Final = dt.date(1970, 1, 1)
_TO_MONDAY: Final = 6
"""Days from the Monday that names a week to its Sunday."""


def forecast(warehouse: Warehouse, as_of: dt.datetime) -> int:
    """Bring the tables to what they are at `as_of`; the number of weeks that were worked out."""
    warehouse.ensure()
    with warehouse.connect() as connection:
        asked = list(_asked(read(connection, as_of), as_of.date()))
        kept = marks(connection)
        wanted = _marks(asked)
        gone = kept.join(wanted, on=kept.columns, how="anti")
        new = set(wanted.join(kept, on=kept.columns, how="anti")["input_mark"])
        found = [
            (metric.metric_id, answer)
            for metric, questions_of in asked
            for answer in answers(metric, (q for q in questions_of if q.mark in new))
        ]
        replace(connection, gone, {WEEKS: _weeks(found), FORECASTS: _forecasts(found)})
    return len(found)


def _asked(found: Readings, today: dt.date) -> Iterator[tuple[Metric, list[Question]]]:
    """Every metric with a reading, and the questions of its weeks."""
    until = (today - _EPOCH).days
    readings = found.readings.partition_by("metric_id", as_dict=True)
    spans = found.spans.partition_by("metric_id", as_dict=True)
    for metric_id, cadence, is_percent in found.metrics.iter_rows():
        of_metric = readings.get((metric_id,))
        if of_metric is None:
            continue
        metric = Metric(
            metric_id, cadence, is_percent, of_metric["recorded_on"].to_numpy(),
            of_metric["observed_on"].to_numpy(), of_metric["value"].to_numpy(),
        )  # fmt: skip
        days = spans[(metric_id,)].select("starts_on", "ends_on").iter_rows()
        goals = [Span(*row) for row in days]
        yield metric, list(questions(metric, goals, until - LONGEST_BACK, until))


def _marks(asked: list[tuple[Metric, list[Question]]]) -> pl.DataFrame:
    """metric_id, week_start, input_mark of every question."""
    rows = [(m.metric_id, _week(q.sunday), q.mark) for m, due in asked for q in due]
    columns = {name: TABLES[WEEKS][name] for name in ("metric_id", "week_start", "input_mark")}
    return pl.DataFrame(rows, schema=columns, orient="row")


def _weeks(found: list[tuple[str, Answer]]) -> pl.DataFrame:
    """Rows of `metric_week`."""
    rows = [
        (
            metric_id, _week(answer.sunday), answer.n_observations, _date(answer.last_observed),
            answer.last_value, answer.recent_rate, answer.method, answer.mark,
        )
        for metric_id, answer in found
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=TABLES[WEEKS], orient="row")


def _forecasts(found: list[tuple[str, Answer]]) -> pl.DataFrame:
    """Rows of `metric_forecast`."""
    rows = [
        (metric_id, _week(answer.sunday), _date(day), interval.p10, interval.p50, interval.p90)
        for metric_id, answer in found
        for day, interval in sorted(answer.intervals.items())
    ]
    return pl.DataFrame(rows, schema=TABLES[FORECASTS], orient="row")


def _week(sunday: int) -> dt.date:
    """The Monday of a Sunday's week."""
    return _date(sunday - _TO_MONDAY)


def _date(day: int) -> dt.date:
    return _EPOCH + dt.timedelta(days=day)
