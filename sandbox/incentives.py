"""Variable pay of the sample company: on which measures it hangs, and how much; no amounts.

Belongs here: who has lines in which period, on what, with which weight and direction. Does not
belong here: goals and metrics themselves, the units with a part to play (`measurecases`).

Six in ten people have lines, by quarter. Most lines are on goals of their unit and on metrics of
these; others on metrics that no goal has, on goals that are over, on what nobody knows, or on
something else. Some people also have lines by half-year or year, whose borders are a quarter's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from sandbox.draw import DAY, Plan, Quarter, date_of, day_of, flags, instants, keys, table, weekday
from sandbox.measurecases import Parts, parents_now

Tables = Mapping[str, pl.DataFrame]
Line = tuple[str, str | None, float | None, str | None]
"""Kind, measure, weight, direction."""

PAID: Final = 0.6
"""Share of the people with lines."""
OPPOSED: Final = 0.1
"""Share of the metric lines of known direction that reward the other one."""
UNKNOWN: Final = "M9999"
"""A metric that does not exist."""

_AGAINST: Final = {"increase": "decrease", "decrease": "increase"}


@dataclass
class Said:
    """What goals say in a period: its unit's goals, which metrics they have, and which way."""

    of_unit: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    """Unit to (goal, weight) of goals in force on the period's last Sunday."""
    over: list[str] = field(default_factory=list)
    """Goals that are over by then."""
    metrics: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)
    """Goal to (metric, direction)."""
    ways: dict[str, str] = field(default_factory=dict)
    """Metric to the direction that all goals in force give it, where they agree."""
    orphans: list[str] = field(default_factory=list)
    """Metrics that no goal has."""


def pay(plan: Plan, parts: Parts, tables: Tables) -> pl.DataFrame:
    """Table incentive_lines."""
    people = tables["people"]["person"].to_list()
    rng = plan.rng("incentives")
    paid = {
        p for p, has_lines in zip(people, flags(rng, len(people), PAID), strict=True) if has_lines
    }
    longer = set(rng.permutation(sorted(paid))[: max(len(paid) // 8, 2)].tolist())
    parents = parents_now(tables["units"])
    rows: list[tuple[str, dt.date, dt.date, Line]] = []
    for period in _periods(plan):
        is_quarter = "Q" in period.name
        said = _said(tables, min(period.last, plan.end))
        chance = plan.rng(f"incentives-{period.name}")
        seated = _seated(tables, date_of(max(period.first, plan.start)))
        seated |= _seated(tables, date_of(min(period.last, plan.end)))
        for person, unit in sorted(seated.items()):
            if person not in (paid if is_quarter else longer):
                continue
            lines = _lines(chance, parts, said, parents, unit)
            first, last = date_of(period.first), date_of(period.last)
            rows += [(person, first, last, line) for line in lines]
    rows.sort(key=lambda row: (row[1], row[2], row[0]))
    kinds, measures, weights, directions = zip(*(line for *_, line in rows), strict=True)
    return table(
        "incentive_lines",
        {
            "line": keys("I", np.arange(1, len(rows) + 1), 6),
            "person": [row[0] for row in rows],
            "period_start": [row[1] for row in rows],
            "period_end": [row[2] for row in rows],
            "measure_kind": list(kinds),
            "measure": list(measures),
            "weight": list(weights),
            "direction": list(directions),
        },
    )


def _periods(plan: Plan) -> list[Quarter]:
    """The quarters, each half-year that is over within the horizon, and the last year."""
    quarters = plan.quarters()
    halves = [
        Quarter(f"{one.name[:4]}-H{1 + (one.name[-1] == '3')}", one.first, two.last)
        for one, two in pairwise(quarters)
        if one.name[-1] in "13" and two.last <= plan.end
    ]
    year = date_of(plan.end).year
    whole = Quarter(str(year), day_of(dt.date(year, 1, 1)), day_of(dt.date(year, 12, 31)))
    return [*quarters, *halves, whole]


def _said(tables: Tables, day: int) -> Said:
    """What goals say on the last Sunday up to a day."""
    sunday = day - int(weekday(day) + 1) % 7
    said, on = Said(), date_of(sunday)
    goals = _goals_on(tables, sunday)
    homes, in_force = _homes(goals, tables, on), set[str]()
    for row in goals.iter_rows(named=True):
        unit = homes.get(row["goal"])
        is_open = row["status"] == "open" and (row["ends_on"] is None or row["ends_on"] >= on)
        is_running = is_open and (row["starts_on"] is None or row["starts_on"] <= on)
        in_force.update({row["goal"]} if is_running else ())
        if row["level"] == "individual" or row["visibility"] == "private" or unit is None:
            continue
        if is_running:
            said.of_unit.setdefault(unit, []).append((row["goal"], row["weight"] or 0.0))
        elif not is_open:
            said.over.append(row["goal"])
    targets, told = tables["goal_metrics"], dict[str, set[str]]()
    for goal, metric, kind, baseline, target in (
        targets.filter(pl.col("effective_from") <= on)
        .sort("goal", "metric", "effective_from")
        .unique(["goal", "metric"], keep="last", maintain_order=True)
        .select("goal", "metric", "kind", "baseline", "target")
        .rows()
    ):
        direction = _direction(kind, baseline, target)
        said.metrics.setdefault(goal, []).append((metric, direction))
        if direction is not None and goal in in_force:
            told.setdefault(metric, set()).add(direction)
    said.ways = {metric: ways.pop() for metric, ways in told.items() if len(ways) == 1}
    said.orphans = sorted(set(tables["metrics"]["metric"]) - set(targets["metric"]))
    return said


def _goals_on(tables: Tables, day: int) -> pl.DataFrame:
    """Goals that exist by the end of a day, with the changes up to then applied."""
    end = instants([(day + 1) * DAY])[0]
    goals = tables["goals"].filter(pl.col("created_at") < end)
    changes = tables["goal_events"].filter(pl.col("at") < end).sort("at", "event")
    for name in ("status", "starts_on", "ends_on", "weight"):
        after = pl.col("after")
        cast = (
            after.str.to_date() if goals.schema[name] == pl.Date else after.cast(goals.schema[name])
        )
        last = (
            changes.filter(pl.col("field") == name).group_by("goal").agg(cast.last().alias("now"))
        )
        joined = goals.join(last, on="goal", how="left", maintain_order="left")
        goals = joined.with_columns(pl.coalesce("now", name).alias(name)).drop("now")
    return goals


def _homes(goals: pl.DataFrame, tables: Tables, on: dt.date) -> dict[str, str | None]:
    """Each goal's unit: the one it names, else where its first owner sits, else the unit that owns
    it."""
    seated = _seated(tables, on)
    owners = tables["goal_owners"].group_by("goal").agg(pl.col("person", "unit").min())
    owned = {goal: seated.get(person, unit) for goal, person, unit in owners.rows()}
    return {goal: unit or owned.get(goal) for goal, unit in goals.select("goal", "unit").rows()}


def _direction(kind: str, baseline: float | None, target: float | None) -> str | None:
    """Which way a target leads; None where it does not say."""
    if kind != "reach":
        return "increase" if kind == "at_least" else "decrease"
    if baseline is None or target is None or baseline == target:
        return None
    return "increase" if target > baseline else "decrease"


def _seated(tables: Tables, on: dt.date) -> dict[str, str]:
    """People employed on a day and the unit of their main seat."""
    there = tables["people"].filter(
        pl.col("hired_on") <= on, (pl.col("left_on") >= on).fill_null(value=True)
    )
    seats = tables["seats"].filter(
        pl.col("person").is_in(there["person"].implode()),
        pl.col("effective_from") <= on,
        (pl.col("effective_to") >= on).fill_null(value=True),
    )
    is_other, fte = ~pl.col("is_primary").fill_null(value=False), pl.col("fte").fill_null(1.0)
    main = seats.sort("person", is_other, -fte, "seat")
    return dict(main.unique("person", keep="first").select("person", "unit").rows())


def _lines(
    rng: np.random.Generator,
    parts: Parts,
    said: Said,
    parents: Mapping[str, str | None],
    unit: str,
) -> list[Line]:
    """Lines of one person in a period."""
    if unit == parts.paid_fit:
        return [
            ("goal", goal, weight, None) for goal, weight in said.of_unit.get(unit, []) if weight
        ]
    if unit == parts.paid_orphan and said.orphans:
        chosen = rng.permutation(said.orphans)[:2].tolist()
        return [("metric", metric, 0.5, "increase") for metric in chosen]
    if unit == parts.paid_opposed and (against := _against(said, parents, unit)):
        return against
    goals = _goals_for(said, parents, unit)
    lines = [
        _line(rng, said, goals) for _ in range(int(rng.choice([1, 2, 3], p=[0.3, 0.45, 0.25])))
    ]
    if rng.random() < 0.3:
        lines.append(("other", None, _weight(rng), None))
    return lines


def _goals_for(said: Said, parents: Mapping[str, str | None], unit: str) -> list[str]:
    """Goals of the unit, else of the next one above that has some."""
    here: str | None = unit
    while here is not None:
        if found := said.of_unit.get(here):
            return [goal for goal, _ in found]
        here = parents[here]
    return []


def _against(said: Said, parents: Mapping[str, str | None], unit: str) -> list[Line]:
    """A line on each metric of the unit's goals that leads one way, for the other; of the next
    unit above where it has none."""
    here: str | None = unit
    while here is not None:
        goals = [goal for goal, _ in said.of_unit.get(here, ())]
        own = sorted({metric for goal in goals for metric, _ in said.metrics.get(goal, ())})
        if clear := [metric for metric in own if metric in said.ways]:
            return [("metric", metric, 0.25, _AGAINST[said.ways[metric]]) for metric in clear]
        here = parents[here]
    return []


def _line(rng: np.random.Generator, said: Said, goals: list[str]) -> Line:
    """One line: on a goal, on a metric of a goal, or on what is no use to anybody."""
    chance, weight = rng.random(), _weight(rng)
    if chance < 0.09 and said.orphans:
        return "metric", str(rng.choice(said.orphans)), weight, None
    if chance < 0.13 and said.over:
        return "goal", str(rng.choice(said.over)), weight, None
    if chance < 0.15 or not goals:
        return "metric", UNKNOWN, weight, "increase"
    goal = str(rng.choice(goals))
    metrics = said.metrics.get(goal)
    if chance < 0.5 or not metrics:
        return "goal", goal, weight, None
    metric, direction = metrics[int(rng.integers(len(metrics)))]
    if direction is None or rng.random() < 0.2:
        return "metric", metric, weight, None
    return "metric", metric, weight, _AGAINST[direction] if rng.random() < OPPOSED else direction


def _weight(rng: np.random.Generator) -> float | None:
    """A share of the variable pay; some lines have none, or 0."""
    chance, weight = rng.random(), round(float(rng.uniform(0.1, 0.6)), 2)
    return None if chance < 0.01 else 0.0 if chance < 0.02 else weight
