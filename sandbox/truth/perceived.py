"""line_of_sight, what people say of it: the last wave beside the paths of a week (reading V8).

Belongs here: which wave a week looks back to, the gap, the quadrant. Does not belong here: paths
(`reach`), cells of a wave (`understanding`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from sandbox.truth.work import monday

CONSTRUCT = "los_actions"
OLDEST = dt.timedelta(days=400)
LATER = dt.timedelta(days=6)
"""From a Monday to its Sunday."""
PERCEIVED = {
    "survey_id": pl.String,
    "perceived": pl.Float64,
    "perceived_low": pl.Float64,
    "perceived_high": pl.Float64,
    "los_gap": pl.Float64,
    "quadrant": pl.String,
}
QUADRANTS = {
    (True, True): "linked_and_seen",
    (True, False): "linked_not_seen",
    (False, True): "seen_not_linked",
    (False, False): "neither",
}

Row = dict[str, Any]


def with_perceived(
    reach: pl.DataFrame,
    cells: pl.DataFrame,
    surveys: pl.DataFrame,
    *,
    reach_cut: float = 0.5,
    perceived_cut: float = 0.5,
) -> pl.DataFrame:
    """`reach` (line_of_sight by paths alone) with the columns of `PERCEIVED`, in the same order.

    `cells` is understanding_and_control, `surveys` core's dim_survey. Only `as_was` rows that are
    not suppressed say something of a wave.
    """
    asked = cells.filter(pl.col("construct") == CONSTRUCT)
    cell = {(row["org_unit_id"], row["survey_id"]): row for row in asked.iter_rows(named=True)}
    closed = surveys.filter(pl.col("survey_id").is_in(asked["survey_id"].implode()))
    waves = closed.sort("closed_at", "survey_id").select("survey_id", pl.col("closed_at").dt.date())
    as_was = reach.filter(pl.col("org_basis") == "as_was")
    reached = {
        (unit, week): share
        for unit, week, share in as_was.select("org_unit_id", "week_start", "reach").iter_rows()
    }
    found: list[Row] = []
    for row in reach.iter_rows(named=True):
        wave = _last(waves.rows(), row["week_start"] + LATER)
        if wave is None or row["suppressed"] or row["org_basis"] != "as_was":
            found.append({})
            continue
        survey, closed_on = wave
        said = cell.get((row["org_unit_id"], survey), {})
        then = reached.get((row["org_unit_id"], monday(closed_on)))
        found.append({"survey_id": survey, **_beside(row, said, then, reach_cut, perceived_cut)})
    return reach.hstack(pl.DataFrame(found, schema=PERCEIVED))


def _last(waves: list[tuple[str, dt.date]], sunday: dt.date) -> tuple[str, dt.date] | None:
    """The wave that closed last by a Sunday, unless it is too old. `waves` as they closed."""
    closed = [wave for wave in waves if wave[1] <= sunday]
    return closed[-1] if closed and sunday - closed[-1][1] <= OLDEST else None


def _beside(row: Row, said: Row, then: float | None, reach_cut: float, perceived_cut: float) -> Row:
    """What a unit said (nothing where it has no cell) beside its row, and its reach `then`."""
    perceived, low, high = (said.get(f"favourable_{name}") for name in ("share", "low", "high"))
    is_linked = _side(row["reach_low"], row["reach_high"], reach_cut)
    is_seen = _side(low, high, perceived_cut)
    has_both = row["reach"] is not None and perceived is not None
    return {
        "perceived": perceived,
        "perceived_low": low,
        "perceived_high": high,
        "los_gap": None if perceived is None or then is None else then - perceived,
        "quadrant": _quadrant(is_linked, is_seen) if has_both else None,
    }


def _side(low: float | None, high: float | None, cut: float) -> bool | None:
    """On which side of its cut an interval lies; None where it crosses it or is missing."""
    if low is None or high is None or low < cut <= high:
        return None
    return low >= cut


def _quadrant(is_linked: bool | None, is_seen: bool | None) -> str:
    if is_linked is None or is_seen is None:
        return "unclear"
    return QUADRANTS[is_linked, is_seen]
