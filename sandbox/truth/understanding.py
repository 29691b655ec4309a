"""understanding_and_control: what a unit says of a construct in a wave (readings V3 to V6, F6).

Belongs here: what is shown of a cell, rounding. Does not belong here: cells and their changes
(`surveycells`), statistics (`proportions`), benchmarks.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import polars as pl

from sandbox.truth.org import Organisation
from sandbox.truth.proportions import half_up, net_promoters, wilson
from sandbox.truth.sheets import waves
from sandbox.truth.surveycells import ENOUGH, Cell, cells_of

LOW_RESPONSE = Fraction(3, 5)
HIGHEST_RATE = 0.95
HUNDREDTHS, TWENTIETHS = 100, 20
UNDER, OVER = "under 0.2", "over 0.8"
_N, _F, _B, _T = pl.Int64, pl.Float64, pl.Boolean, pl.String
UNDERSTANDING = {
    "org_unit_id": _T,
    "survey_id": _T,
    "construct": _T,
    "n_invited": _N,
    "n_answered": _N,
    "response_rate": _F,
    "low_response": _B,
    "dont_know_share": _F,
    "favourable_share": _F,
    "favourable_low": _F,
    "favourable_high": _F,
    "favourable_band": _T,
    "mean_100": _F,
    "enps": _F,
    "enps_standard_error": _F,
    "change": _F,
    "change_low": _F,
    "change_high": _F,
    "minimum_detectable_change": _F,
    "is_significant": _B,
    "is_comparable": _B,
    "suppressed": _B,
    "reason_missing": _T,
}

Row = dict[str, Any]


def understanding_and_control(
    core: Mapping[str, pl.DataFrame], org: Organisation, *, minimum_group: int = 5
) -> pl.DataFrame:
    """A unit, closed wave and construct, as a first night that sees the wave closed freezes it.

    `core` is what `compute_survey` finds at that night, `org` of the world cut there. Columns of
    `UNDERSTANDING`, sorted by the first three.
    """
    closed = {wave.survey_id: wave for wave in waves(core, org)}
    rows = [
        {"org_unit_id": unit, "survey_id": survey, "construct": construct, **_shown(cell)}
        for survey, cells in cells_of(closed, minimum_group).items()
        for (unit, construct), cell in cells.items()
    ]
    return pl.DataFrame(rows, schema=UNDERSTANDING).sort("org_unit_id", "survey_id", "construct")


def _shown(cell: Cell) -> Row:
    """What is shown of a cell."""
    if cell.is_hidden:
        return {"suppressed": True, "reason_missing": "few_people"}
    share = half_up(cell.share, HUNDREDTHS)
    row = {
        "n_invited": cell.invited,
        "n_answered": cell.n,
        "favourable_share": share,
        "suppressed": False,
    }
    if cell.n < ENOUGH:
        band = {0.0: UNDER, 1.0: OVER}.get(-1.0 if share is None else share)
        return {
            **row,
            "favourable_share": None if band else share,
            "favourable_band": band,
            "reason_missing": "few_observations",
        }
    return {
        **row,
        **_response(cell),
        **_interval(cell),
        **_net_promoters(cell),
        **_change(cell),
        "mean_100": float(100 * sum(m.position for m in cell.marks) / cell.n),
        "is_comparable": cell.is_comparable,
        "reason_missing": "no_cut" if cell.share is None else None,
    }


def _response(cell: Cell) -> Row:
    known = cell.answered + cell.unsure
    row: Row = {"dont_know_share": half_up(Fraction(cell.unsure, known), HUNDREDTHS)}
    if not cell.invited:
        return row
    rate = Fraction(cell.n_sheets, cell.invited)
    rounded = half_up(rate, TWENTIETHS)
    return row | {
        "response_rate": None if rounded is None else min(rounded, HIGHEST_RATE),
        "low_response": rate < LOW_RESPONSE,
    }


def _interval(cell: Cell) -> Row:
    if cell.share is None:
        return {}
    low, high = wilson(cell.share, cell.n, cell.invited)
    return {
        "favourable_low": half_up(low, HUNDREDTHS),
        "favourable_high": half_up(high, HUNDREDTHS),
    }


def _net_promoters(cell: Cell) -> Row:
    if not cell.has_net_score:
        return {}
    promoters = sum(m.is_promoter for m in cell.marks)
    detractors = sum(m.is_detractor for m in cell.marks)
    score, error = net_promoters(cell.n, promoters, detractors)
    return {"enps": score, "enps_standard_error": error}


def _change(cell: Cell) -> Row:
    if cell.change is None:
        return {}
    return {
        "change": half_up(cell.change.value, HUNDREDTHS),
        "change_low": half_up(cell.change.low, HUNDREDTHS),
        "change_high": half_up(cell.change.high, HUNDREDTHS),
        "minimum_detectable_change": half_up(cell.change.detectable, HUNDREDTHS),
        "is_significant": cell.is_significant,
    }
