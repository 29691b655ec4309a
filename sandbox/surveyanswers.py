"""What stands on the sheets of the sample company's survey.

Belongs here: how a person's mind, the unit and the item make a value; don't-knows and questions
left out. Does not belong here: who hands in a sheet (`surveysheets`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from sandbox.draw import Plan
from sandbox.surveyitems import Item
from sandbox.surveyunits import Roles
from sandbox.surveywaves import Wave

_MEAN: Final = {
    "los_objectives": 0.3,
    "los_actions": 0.1,
    "goal_clarity": 0.5,
    "goal_communication": 0.0,
    "why_understood": 0.4,
    "control": -0.3,
    "resources": -0.1,
    "ownership": 0.1,
    "participation": -0.4,
    "incentive_fit": -0.2,
    "collaboration": 0.2,
    "customer_focus": 0.4,
    "helps_us_decide": -0.2,
    "survey_trust": 0.0,
    "enps": 0.35,
}
"""Where the middle of the company's answers lies, 0 for the middle of the scale, 1 for a point of
five above it."""
_SEEN: Final = {"los_objectives", "los_actions"}
_SEEING, _UNSEEING = 1.7, -1.9
_UNSURE: Final = {"helps_us_decide": 0.09, "incentive_fit": 0.08, "control": 0.06}
_UNSURE_ELSE, _SKIPPED, _BROKEN_OFF = 0.03, 0.02, 0.04


def answer(plan: Plan, waves: list[Wave], sheets: pl.DataFrame, roles: list[Roles]) -> pl.DataFrame:
    """All answers: response, question, value, state; a row for every question of every sheet."""
    rng = plan.rng("survey-minds")
    minds = _drawn(rng, sheets["person"], 0.55)
    units = _drawn(rng, sheets["unit"].fill_null(""), 0.45)
    found = []
    for wave, role in zip(waves, roles, strict=True):
        mine = sheets.filter(pl.col("survey") == wave.key)
        leaning = np.array([minds[p] for p in mine["person"]])
        leaning += [units[u] for u in mine["unit"].fill_null("")]
        leaning += 0.08 * wave.number
        found.append(_wave(plan.rng(f"survey-answers-{wave.number}"), wave, mine, leaning, role))
    return pl.concat(found)


def _drawn(rng: np.random.Generator, names: pl.Series, spread: float) -> dict[str, float]:
    known = names.unique().sort()
    return dict(zip(known, rng.normal(0, spread, len(known)), strict=True))


def _wave(
    rng: np.random.Generator, wave: Wave, sheets: pl.DataFrame, leaning: np.ndarray, role: Roles
) -> pl.DataFrame:
    n = sheets.height
    unit = sheets["unit"].fill_null("").to_numpy()
    agreeing = (unit == role.agreeing) | (unit == role.agreeing_large)
    stops = np.where(rng.random(n) < _BROKEN_OFF, rng.integers(3, len(wave.items), n), 1_000)
    found = []
    for number, item in enumerate(wave.items):
        mind = _MEAN[item.construct] + leaning + rng.normal(0, 0.75, n)
        if item.construct in _SEEN:
            mind = np.where(unit == role.unseeing, _UNSEEING + rng.normal(0, 0.4, n), mind)
            mind = np.where(unit == role.seeing, _SEEING + rng.normal(0, 0.4, n), mind)
        mind = np.where(agreeing, np.where(unit == role.agreeing, 2.0, 1.0), mind)
        state = _states(rng, item, n)
        state = np.where(stops <= number, "skipped", state)
        state = np.where(agreeing, "answered", state)
        found.append(
            pl.DataFrame(
                {
                    "response": sheets["response"],
                    "question": [item.key] * n,
                    "value": _on_scale(item, mind),
                    "state": state.tolist(),
                }
            )
        )
    rows = pl.concat(found)
    return rows.with_columns(pl.when(pl.col("state") == "answered").then("value").alias("value"))


def _states(rng: np.random.Generator, item: Item, n: int) -> np.ndarray:
    unsure = _UNSURE.get(item.construct, _UNSURE_ELSE)
    shares = [1 - unsure - _SKIPPED, unsure, _SKIPPED]
    return rng.choice(["answered", "dont_know", "skipped"], n, p=shares)


def _on_scale(item: Item, mind: np.ndarray) -> np.ndarray:
    """A mind from -2 to 2, favourable above 0, as a whole value of the item's scale."""
    width = item.most - item.least
    value = np.clip(np.round(item.least + (mind + 2) / 4 * width), item.least, item.most) + 0.0
    return np.asarray(item.least + item.most - value if item.is_reversed else value)
