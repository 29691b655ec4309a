"""Series to forecast: readings of the sample company and of public series that ship in packages.

Belongs here: where readings come from. Does not belong here: forecasts and scores (`forecast`).

The method was chosen, and its constants were set, with the series of `chosen_with` and companies of
other seeds; what it is worth is told by those of `held_out`, which had no part in it.
"""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from pipelines.forecast_grid import Days, Floats
from pipelines.forecast_weeks import Metric
from sandbox.company import generate
from sandbox.world import World

END: Final = dt.date(2026, 10, 31)
YEAR: Final = 365.25


@dataclass(frozen=True, slots=True)
class Series:
    """A public series: days since 1970 and values."""

    name: str
    days: Days
    values: Floats


def company(seed: int) -> World:
    """The sample company of 400 people that a seed makes."""
    return generate(seed, 400, 15, END)


def metrics(world: World) -> Iterator[Metric]:
    """The metrics of a company, as the forecast step reads them."""
    day = pl.col("observed_on").cast(pl.Int32).cast(pl.Int64)
    recorded = pl.col("recorded_at").dt.date().cast(pl.Int32).cast(pl.Int64)
    readings = world.observations.sort("metric", "recorded_at", "observed_on").select(
        "metric", recorded.alias("recorded"), day.alias("observed"), "value"
    )
    by_metric = readings.partition_by("metric", as_dict=True)
    said = world.metrics.sort("metric").select("metric", "cadence_days", "unit")
    for metric_id, cadence, unit in said.iter_rows():
        rows = by_metric.get((metric_id,))
        if rows is not None:
            columns = (rows[name].to_numpy() for name in ("recorded", "observed", "value"))
            yield Metric(metric_id, cadence, unit == "%", *columns)


def held_out() -> dict[str, list[Series]]:
    """Public series, by the data set of statsmodels that holds them."""
    macro = _table("macrodata")
    columns = ("realgdp", "realcons", "realinv", "cpi", "m1", "tbilrate", "unemp", "infl")
    return {
        "co2": [_weekly()],
        "sunspots": [_steps("sunspots", YEAR, _table("sunspots")["SUNACTIVITY"])],
        "nile": [_steps("nile", YEAR, _table("nile")["volume"])],
        "elnino": [_steps("elnino", YEAR / 12, _table("elnino").iloc[:, 1:].to_numpy().ravel())],
        "macrodata": [_steps(name, YEAR / 4, macro[name]) for name in columns],
    }


def chosen_with() -> dict[str, list[Series]]:
    """Public series on which the method was chosen."""
    from statsforecast.utils import AirPassengers  # noqa: PLC0415  the tests do without

    rates = _table("interest_inflation")
    danish, copper = _table("danish_data"), _table("copper")
    return {
        "air passengers": [_steps("air passengers", YEAR / 12, AirPassengers)],
        "elec_equip": [_steps("elec_equip", YEAR / 12, _table("elec_equip").iloc[:, 0])],
        "interest_inflation": [_steps(n, YEAR / 4, rates[n]) for n in ("R", "Dp")],
        "danish_data": [
            _steps(n, YEAR / 4, danish[n]) for n in ("lrm", "lry", "lpy", "ibo", "ide")
        ],
        "copper": [
            _steps(n, YEAR, copper[n])
            for n in ("WORLDCONSUMPTION", "COPPERPRICE", "INCOMEINDEX", "ALUMPRICE")
        ],
    }


def _table(name: str) -> Any:
    """A pandas frame."""
    return importlib.import_module(f"statsmodels.datasets.{name}").load_pandas().data


def _weekly() -> Series:
    """Carbon dioxide on Mauna Loa, a reading a week; weeks without one are gaps."""
    read = _table("co2")["co2"].dropna()
    days = read.index.to_numpy().astype("datetime64[D]").astype(np.int64)
    return Series("co2", days, read.to_numpy(dtype=float))


def _steps(name: str, step: float, values: Any) -> Series:
    found = np.asarray(values, dtype=float)
    return Series(name, np.rint(np.arange(len(found)) * step).astype(np.int64), found)
