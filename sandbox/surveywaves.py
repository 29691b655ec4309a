"""The waves of the sample company's survey: when each opens and closes, and their keys.

Belongs here: dates and keys. Does not belong here: the questions (`surveyitems`), people.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from sandbox.draw import DAY, Plan, date_of, weekday
from sandbox.surveyitems import Item, items_of

OPENING: Final = (0.1, 0.42, 0.72)
"""Shares of the horizon from which each wave's Tuesday is looked for."""

_OPENS_AT: Final = 8 * 3600
_SYMBOLS: Final = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))


@dataclass(frozen=True)
class Wave:
    """A wave by number; instants are in seconds."""

    number: int
    key: str
    opens: int
    closes: int
    items: list[Item]

    @property
    def is_anonymous(self) -> bool:
        """The second wave carries no person."""
        return self.number == 1

    @property
    def launch(self) -> dt.date:
        """The day of the launch."""
        return date_of(self.opens // DAY)


def waves_of(plan: Plan, people: pl.DataFrame) -> list[Wave]:
    """Three waves: each opens on a Tuesday and lasts two weeks, nine days in a short horizon.

    A Tuesday is preferred in whose wave somebody leaves the company.
    """
    length = 14 if plan.n_days > 120 else 9
    span = min(28, plan.n_days // 12)
    left = people["left_on"].drop_nulls().cast(pl.Int32).to_numpy()
    found = []
    for number, key in enumerate(keys_like(plan.rng("survey-keys"), "SV_", len(OPENING))):
        first = plan.day(OPENING[number])
        tuesdays = [day for day in range(first, first + max(span, 7)) if weekday(day) == 1]
        leaving = [day for day in tuesdays if np.any((left > day + 2) & (left < day + length - 1))]
        opens = (leaving or tuesdays)[0] * DAY + _OPENS_AT
        found.append(Wave(number, key, opens, opens + length * DAY, items_of(number)))
    return found


def keys_like(rng: np.random.Generator, prefix: str, n: int) -> list[str]:
    """Keys as survey systems make them: the prefix and fifteen letters and digits."""
    return [prefix + "".join(symbols) for symbols in rng.choice(_SYMBOLS, (n, 15))]
