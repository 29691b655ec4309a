"""goal_outlook and forecast_accuracy, worked out again from the world and the stored intervals.

A forecast is no truth; all that follows from it is. What a Sunday knew, the ends of goals, rates,
probabilities and scores are computed here from the company itself.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import duckdb
import polars as pl
import pytest

from sandbox.truth.cut import observed
from sandbox.truth.goals import Goals
from sandbox.truth.org import Organisation
from sandbox.world import World, end_of
from tests.nights.company import Company
from tests.nights.equality import differences

OPEN = dt.date(2200, 1, 1)
Day = dt.date
Intervals = dict[tuple[str, Day, Day], tuple[float, float, float]]


@dataclass(frozen=True)
class Target:
    """A version of a goal's target."""

    kind: str
    baseline: float | None
    target: float | None

    @property
    def is_kept(self) -> bool:
        return self.kind in ("at_least", "at_most")

    @property
    def missing(self) -> str | None:
        if self.target is None or (not self.is_kept and self.baseline is None):
            return "no_target"
        return "no_span" if not self.is_kept and self.target == self.baseline else None

    @property
    def is_upward(self) -> bool:
        return self.kind == "at_least" or (self.kind == "reach" and self.target > self.baseline)

    def holds(self, value: float) -> bool:
        return value >= self.target if self.is_upward else value <= self.target


class Book:
    """The company's goals, targets and readings as they were known."""

    def __init__(self, world: World, as_of: dt.datetime) -> None:
        seen = observed(world, as_of)
        self.today = as_of.date()
        self.goals = Goals(seen, Organisation(seen))
        self.metrics = {row["metric"]: row for row in seen.metrics.iter_rows(named=True)}
        self.targets: dict[tuple[str, str], list[tuple[Day, Target]]] = defaultdict(list)
        columns = ["goal", "metric", "effective_from", "kind", "baseline", "target"]
        for goal, metric, first, *target in seen.goal_metrics.select(columns).sort(
            "goal", "metric", "effective_from"
        ).iter_rows():  # fmt: skip
            if metric in self.metrics and goal in self.goals.rows:
                self.targets[goal, metric].append((first, Target(*target)))
        self.recordings: dict[str, list[tuple[Day, Day, float]]] = defaultdict(list)
        for metric, recorded_at, day, value in (
            seen.observations.select("metric", "recorded_at", "observed_on", "value")
            .sort("metric", "recorded_at")
            .iter_rows()
        ):
            self.recordings[metric].append((recorded_at.date(), day, value))

    def known(self, metric: str, sunday: Day) -> dict[Day, float]:
        """The last recording by a Sunday of each day up to it."""
        found = {d: v for made, d, v in self.recordings[metric] if made <= sunday >= d}
        return dict(sorted(found.items()))

    def in_force(self, sunday: Day) -> Iterator[tuple[str, str, Target]]:
        for (goal, metric), versions in self.targets.items():
            if self.goals.is_active(goal, sunday):
                valid = [target for first, target in versions if first <= sunday]
                if valid:
                    yield goal, metric, valid[-1]


def likely(interval: tuple[float, float, float], target: Target) -> float:
    """That a value with this interval is at or beyond the target."""
    p10, p50, p90 = interval
    spread = (p90 - p50 if target.target > p50 else p50 - p10) / math.log(9)
    short = target.target - p50 if target.is_upward else p50 - target.target
    if spread == 0:
        return 0.98 if short <= 0 else 0.02
    return min(0.98, max(0.02, 1 / (1 + math.exp(min(20, max(-20, short / spread))))))


def recent_rate(known: dict[Day, float], sunday: Day) -> float | None:
    days = list(known)
    recent = [d for d in days if d > sunday - dt.timedelta(days=28)]
    chosen = recent if len(recent) >= 8 else days[-8:]
    slopes = [(known[b] - known[a]) / (b - a).days for a, b in combinations(chosen, 2)]
    return 7 * statistics.median(slopes) if slopes else None


def sundays(company: Company) -> list[Day]:
    first = Day(2024, 12, 29)
    weeks = (company.end - first).days // 7
    return [first + dt.timedelta(days=7 * n) for n in range(weeks + 1)]


def row(book: Book, goal: str, metric: str, target: Target, sunday: Day, intervals: Intervals):
    """A row of goal_outlook."""
    known = book.known(metric, sunday)
    monday = sunday - dt.timedelta(days=6)
    first, end = book.goals.active_from(goal, sunday), book.goals.active_to(goal, sunday)
    is_open = end >= OPEN
    interval = None if is_open or len(known) < 8 else intervals[f"goals:{metric}", monday, end]
    reason = "open_end" if is_open else "few_observations" if interval is None else target.missing
    chance = likely(interval, target) if reason is None else None
    last = list(known.values())[-1] if known else None
    required = None
    if target.missing is None and last is not None and not is_open and end > sunday:
        required = 0.0 if target.holds(last) else 7 * (target.target - last) / (end - sunday).days
    recent = recent_rate(known, sunday)
    attained = None
    if reason is None and target.is_kept:
        seen = [v for d, v in known.items() if d >= first]
        share = sum(map(target.holds, seen)) / len(seen) if seen else chance
        elapsed = min(1.0, ((sunday - first).days + 1) / ((end - first).days + 1))
        attained = elapsed * share + (1 - elapsed) * chance
    elif reason is None:
        raw = (interval[1] - target.baseline) / (target.target - target.baseline)
        attained = min(1.0, max(0.0, raw))
    p10, p50, p90 = interval or (None, None, None)
    return {
        "goal_id": f"goals:{goal}",
        "metric_id": f"goals:{metric}",
        "week_start": monday,
        "forecast_p10": p10,
        "forecast_p50": p50,
        "forecast_p90": p90,
        "attainment_p50": attained,
        "probability_of_target": chance,
        "required_rate": required,
        "recent_rate": recent,
        "rate_ratio": recent / required if required and recent is not None else None,
        "n_observations": len(known),
        "reason_missing": reason,
    }


def read(company: Company, query: str) -> pl.DataFrame:
    path = company.folder / "data" / "warehouse.duckdb"
    with duckdb.connect(path, read_only=True) as connection:
        return connection.sql(query).pl()


@pytest.fixture(scope="module")
def book(default_company: Company) -> Book:
    return Book(default_company.world(), end_of(default_company.end))


@pytest.fixture(scope="module")
def intervals(default_company: Company) -> Intervals:
    rows = read(default_company, "select * from forecast.metric_forecast")
    return {
        (metric, week, day): (p10, p50, p90)
        for metric, week, day, p10, p50, p90 in rows.iter_rows()
    }


def test_the_outlook_of_every_goal_follows_from_what_was_known_and_foreseen(
    default_company: Company, book: Book, intervals: Intervals
) -> None:
    rows: list[dict[str, Any]] = [
        row(book, goal, metric, target, sunday, intervals)
        for sunday in sundays(default_company)
        for goal, metric, target in book.in_force(sunday)
    ]
    truth = pl.DataFrame(rows, infer_schema_length=None)
    mart = read(default_company, "select * from core.goal_outlook_week")
    found = differences(mart, truth, ["goal_id", "metric_id", "week_start"])
    assert found.is_empty(), found
    assert truth.height > 5000
    assert set(truth["reason_missing"]) >= {None, "few_observations", "open_end"}


def test_only_goals_that_may_be_published_have_a_published_outlook(
    default_company: Company, book: Book
) -> None:
    goals = default_company.world().goals
    hidden = goals.filter((pl.col("level") == "individual") | (pl.col("visibility") == "private"))
    secret = {f"goals:{goal}" for goal in hidden["goal"]}
    core = read(default_company, "select distinct goal_id from core.goal_outlook_week")["goal_id"]
    shown = read(default_company, "select distinct goal_id from marts.goal_outlook")["goal_id"]
    assert set(shown) == set(core) - secret
    assert len(shown) > 50


def test_the_accuracy_of_all_metrics_follows_from_what_came(
    default_company: Company, book: Book, intervals: Intervals
) -> None:
    mart = read(default_company, "select * from marts.forecast_accuracy where metric_id is null")
    by_horizon = {r["horizon_days"]: r for r in mart.iter_rows(named=True)}
    assert sorted(by_horizon) == [7, 28, 91]
    final = {metric: book.known(metric, book.today) for metric in book.metrics}
    aims = targets_by_week(default_company, book)
    for horizon, said in by_horizon.items():
        cells: dict[str, list[tuple[float, float, bool]]] = defaultdict(list)
        events: list[tuple[float, bool]] = []
        for (metric_id, monday, day), interval in intervals.items():
            sunday = monday + dt.timedelta(days=6)
            if (day - sunday).days != horizon or day > book.today:
                continue
            metric = metric_id.removeprefix("goals:")
            known = book.known(metric, sunday)
            came = value_on(final[metric], day, list(known)[-1], book.metrics[metric])
            if came is None:
                continue
            p10, p50, p90 = interval
            naive = abs(list(known.values())[-1] - came)
            cells[metric].append((p50 - came, naive, p10 <= came <= p90))
            events += [
                (likely(interval, target), target.holds(came))
                for target in aims.get((metric, sunday), {}).values()
            ]
        check(said, cells, events)


def targets_by_week(
    company: Company, book: Book
) -> dict[tuple[str, Day], dict[tuple[bool, float], Target]]:
    """Distinct targets, by metric and Sunday."""
    found: dict[tuple[str, Day], dict[tuple[bool, float], Target]] = defaultdict(dict)
    for sunday in sundays(company):
        for _, metric, target in book.in_force(sunday):
            if target.missing is None:
                found[metric, sunday][target.is_upward, target.target] = target
    return found


def value_on(final: dict[Day, float], day: Day, after: Day, metric: dict[str, Any]) -> float | None:
    """The last reading up to a day, if it came after the forecast and was fresh."""
    fresh = 1.5 * metric["cadence_days"] if metric["cadence_days"] else 35
    due = [d for d in final if after < d <= day and (day - d).days <= fresh]
    return final[due[-1]] if due else None


def check(
    said: dict[str, Any],
    cells: dict[str, list[tuple[float, float, bool]]],
    events: list[tuple[float, bool]],
) -> None:
    everything = [one for cell in cells.values() for one in cell]
    assert said["n_forecasts"] == len(everything) > 1000
    assert said["coverage_80"] == pytest.approx(sum(i for _, _, i in everything) / len(everything))
    scaled = [cell for cell in cells.values() if sum(n for _, n, _ in cell) > 0]
    n_scaled = sum(map(len, scaled))
    for name, sign in (("mase", abs), ("bias", float)):
        mean = sum(
            len(cell) * sum(sign(e) for e, _, _ in cell) / sum(n for _, n, _ in cell)
            for cell in scaled
        )
        assert said[name] == pytest.approx(mean / n_scaled, abs=1e-9)
    share = sum(reached for _, reached in events) / len(events)
    brier = sum((chance - reached) ** 2 for chance, reached in events)
    usual = sum((share - reached) ** 2 for _, reached in events)
    assert said["n_targets"] == len(events)
    assert said["brier_skill"] == pytest.approx(1 - brier / usual, abs=1e-9)
    assert 0.75 <= said["coverage_80"] <= 0.85
    assert said["mase"] < 1
    assert said["brier_skill"] > 0
