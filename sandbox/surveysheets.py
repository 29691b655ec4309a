"""Who hands in a sheet of the sample company's survey, and when.

Belongs here: non-response, late and second sheets, moments. Does not belong here: which units have
a part to play (`surveyunits`), what stands on a sheet (`surveyanswers`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np
import polars as pl

from sandbox.draw import DAY, NEVER_AT, Plan, instants
from sandbox.surveyunits import SMALL_GROUP, Roles
from sandbox.surveywaves import Wave, keys_like

ANSWERING: Final = 0.7
"""Share of those asked who hand in a sheet."""
LATE: Final = 2
"""Sheets that come after the close, in each wave."""
TWICE: Final = 2
"""The number of the wave in which somebody hands in a second sheet."""

_EAGER: Final = 0.87
_HOUR: Final = 3600


def hand_in(
    plan: Plan,
    waves: list[Wave],
    asked: list[pl.DataFrame],
    roles: list[Roles],
    people: pl.DataFrame,
) -> pl.DataFrame:
    """All sheets: response, survey, person, unit, answered_at."""
    left = {
        person: (day + 1) * DAY if day is not None else NEVER_AT
        for person, day in people.select("person", pl.col("left_on").cast(pl.Int32)).rows()
    }
    found = []
    for wave, rows, role in zip(waves, asked, roles, strict=True):
        rng = plan.rng(f"survey-sheets-{wave.number}")
        units = dict(rows.select("person", "unit").rows())
        persons = _answering(rng, units, role)
        ends = [min(wave.closes, left[person]) for person in persons]
        moments = _moments(rng, wave, np.array(ends))
        staying = [
            number
            for number, person in enumerate(persons)
            if units[person] not in role.planted and left[person] == NEVER_AT
        ]
        late, again = staying[:LATE], staying[LATE : LATE + 1] if wave.number == TWICE else []
        moments[late] = wave.closes + rng.integers(_HOUR, 2 * DAY - _HOUR, len(late))
        moments[again] = wave.opens + 3 * _HOUR
        moments = np.append(moments, [wave.opens + 50 * _HOUR] * len(again))
        persons += [persons[number] for number in again]
        found.append(
            pl.DataFrame(
                {
                    "response": keys_like(rng, "R_", len(persons)),
                    "survey": [wave.key] * len(persons),
                    "person": persons,
                    "unit": pl.Series([units[person] for person in persons], dtype=pl.String),
                    "answered_at": instants(moments),
                }
            )
        )
    return pl.concat(found)


def _answering(rng: np.random.Generator, units: dict[str, str | None], role: Roles) -> list[str]:
    """Those who hand in a sheet: as many of a unit as its part asks for, and of the others, more in
    some units than in others, so many that they are seven in ten together."""
    inclined = {
        unit: rng.normal(0, 0.12) for unit in sorted({unit or "" for unit in units.values()})
    }
    score = {person: rng.random() - inclined[unit or ""] for person, unit in units.items()}
    ranked = sorted(score, key=lambda person: (score[person], person))
    members = defaultdict(list)
    for person in ranked:
        members[units[person] or ""].append(person)
    chosen = members[role.agreeing][:SMALL_GROUP] if role.agreeing else []
    for unit in filter(None, (role.unseeing, role.seeing, role.agreeing_large)):
        chosen += members[unit][: max(round(_EAGER * len(members[unit])), SMALL_GROUP + 1)]
    free = [person for person in ranked if units[person] not in role.planted]
    chosen += free[: max(round(ANSWERING * len(ranked)) - len(chosen), 0)]
    return [str(person) for person in rng.permutation(sorted(chosen))]


def _moments(rng: np.random.Generator, wave: Wave, ends: np.ndarray) -> np.ndarray:
    """Instants in the daytime, most of them soon after the launch, before each one's end."""
    days = np.minimum(rng.geometric(0.22, len(ends)) - 1, (ends - wave.opens) // DAY - 1)
    days = np.maximum(days, 0)
    return np.asarray(wave.opens + days * DAY + rng.integers(60, 9 * _HOUR, len(ends)))
