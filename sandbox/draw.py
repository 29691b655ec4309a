"""How the sample company is drawn: the plan, chance by subject, days and instants as numbers.

Belongs here: what every subject of the generator needs to draw reproducibly and to write a table
of the world. Does not belong here: what any table contains.

Days are counted since 1970-01-01 and instants in whole seconds since then, UTC; `NEVER` stands
for no day and `NEVER_AT` for no instant until a table is made.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from sandbox.world import SCHEMAS

EPOCH: Final = dt.date(1970, 1, 1)
DAY: Final = 86_400
NEVER: Final = 99_999
NEVER_AT: Final = NEVER * DAY

KEYS: Final[dict[str, list[str]]] = {
    "units": ["unit", "valid_from"],
    "goal_edges": ["child", "parent", "edge_type"],
    "goal_owners": ["goal", "person", "unit"],
    "goal_metrics": ["goal", "metric", "effective_from"],
    "observations": ["metric", "observed_on", "recorded_at"],
    "links": ["goal", "item", "linked_at", "stated_in"],
    "survey_questions": ["survey", "question"],
    "invitations": ["survey", "person"],
    "answers": ["response", "question"],
}
"""Keys of tables whose first column alone is none."""


@dataclass(frozen=True)
class Quarter:
    """A cycle of goals: its name and its first and last day."""

    name: str
    first: int
    last: int


@dataclass(frozen=True)
class Plan:
    """What is asked of the generator; `start` and `end` are the first and the last day."""

    seed: int
    people: int
    start: int
    end: int

    @property
    def n_days(self) -> int:
        """Days of the horizon."""
        return self.end - self.start + 1

    @property
    def years(self) -> float:
        """Length of the horizon in years."""
        return self.n_days / 365.25

    def rng(self, subject: str) -> np.random.Generator:
        """Chance of one subject; a subject more or less does not change the others'."""
        return np.random.default_rng([self.seed, zlib.crc32(subject.encode())])

    def day(self, share: float) -> int:
        """The day at a share of the horizon."""
        return self.start + int(share * (self.n_days - 1))

    def quarters(self) -> list[Quarter]:
        """The calendar quarters that the horizon touches, oldest first."""
        found = []
        first = date_of(self.start)
        year, number = first.year, (first.month - 1) // 3
        while (begins := day_of(dt.date(year, 3 * number + 1, 1))) <= self.end:
            after = dt.date(year + number // 3, 3 * ((number + 1) % 4) + 1, 1)
            found.append(Quarter(f"{year}-Q{number + 1}", begins, day_of(after) - 1))
            year, number = after.year, (after.month - 1) // 3
        return found


def day_of(date: dt.date) -> int:
    """Number of a date."""
    return (date - EPOCH).days


def date_of(day: int) -> dt.date:
    """Date of a number."""
    return EPOCH + dt.timedelta(days=int(day))


def weekday(days: Any) -> Any:
    """0 for Monday to 6 for Sunday."""
    return (np.asarray(days) + 3) % 7


def to_working_day(days: Any) -> Any:
    """The day itself or the Monday after a weekend."""
    return np.asarray(days) + np.maximum(7 - weekday(days), 0) * (weekday(days) >= 5)


def quota(rng: np.random.Generator, n: int, shares: Mapping[Any, float]) -> np.ndarray:
    """`n` labels in random order whose counts follow `shares`, exact to one.

    A label of a positive share occurs at least once where `n` allows, so that no feature of the
    company depends on luck.
    """
    labels = [label for label, share in shares.items() if share > 0]
    weights = np.array([shares[label] for label in labels], dtype=float)
    exact = weights / weights.sum() * n
    counts = np.floor(exact).astype(int)
    for position in np.argsort(-(exact - counts), kind="stable")[: n - counts.sum()]:
        counts[position] += 1
    for position in np.flatnonzero(counts == 0):
        if counts.max() > 1:
            counts[counts.argmax()] -= 1
            counts[position] += 1
    drawn = np.empty(len(labels), dtype=object)
    drawn[:] = labels
    return rng.permutation(np.repeat(drawn, counts))


def flags(rng: np.random.Generator, n: int, share: float) -> np.ndarray:
    """`n` booleans of which exactly about `share` are true, at least one where `n` > 1."""
    return quota(rng, n, {True: share, False: 1 - share}).astype(bool)


def keys(prefix: str, numbers: Sequence[int] | np.ndarray, width: int) -> list[str]:
    """Keys of equal width, so that text sorts as the numbers do."""
    return [f"{prefix}{number:0{width}d}" for number in numbers]


def dates(days: Any) -> pl.Series:
    """Dates of day numbers, null for `NEVER` and later."""
    values = pl.Series(np.asarray(days, dtype=np.int64)).cast(pl.Int32)
    return pl.select(pl.when(values < NEVER).then(values).cast(pl.Date)).to_series()


def instants(seconds: Any) -> pl.Series:
    """UTC instants of seconds, null for `NEVER_AT` and later."""
    values = pl.Series(np.asarray(seconds, dtype=np.int64))
    return pl.select(
        pl.when(values < NEVER_AT).then(values * 1_000_000).cast(pl.Datetime("us", "UTC"))
    ).to_series()


def utc_seconds(days: Any, seconds: Any, zones: Any) -> np.ndarray:
    """UTC seconds of local days and seconds of the day, each in its own IANA time zone."""
    naive = np.asarray(days, dtype=np.int64) * DAY + np.asarray(seconds, dtype=np.int64)
    names, which = np.unique(np.asarray(zones, dtype=str), return_inverse=True)
    result = np.empty_like(naive)
    for number, name in enumerate(names):
        chosen = which == number
        local = pl.Series(naive[chosen] * 1_000_000).cast(pl.Datetime("us"))
        zoned = local.dt.replace_time_zone(name, ambiguous="earliest", non_existent="null")
        result[chosen] = zoned.dt.convert_time_zone("UTC").dt.epoch("s").to_numpy()
    return result


def table(name: str, columns: Mapping[str, Any]) -> pl.DataFrame:
    """A table of the world from its columns, typed and sorted by its key."""
    schema = SCHEMAS[name]
    series = []
    for column, dtype in schema.items():
        values = columns[column]
        if isinstance(values, np.ndarray) and values.dtype.kind in "OU":
            values = values.tolist()
        series.append(pl.Series(column, values).cast(dtype))
    return pl.DataFrame(series).sort(KEYS.get(name, [next(iter(schema))]))


def extended(name: str, drawn: pl.DataFrame, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """A drawn table of the world with more rows, sorted by its key."""
    schema: dict[str, Any] = dict(SCHEMAS[name])
    more = pl.DataFrame([{column: row[column] for column in schema} for row in rows], schema=schema)
    return pl.concat([drawn, more]).sort(KEYS.get(name, [next(iter(schema))]))
