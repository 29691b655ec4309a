"""Metrics of the sample company that leave their level, and initiatives that answer or do not.

Belongs here: customer metrics with a shift, the goals that have them, the initiatives started
because of it; a metric with a season, one whose readings come in two units.
Does not belong here: ordinary metrics (`metrics`), goals (`goaltree`), initiatives (`initiatives`).

They are added to the drawn tables, under keys that follow those drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from sandbox.draw import DAY, Plan, date_of, extended, instants, keys
from sandbox.orgtree import ROOT, Org
from sandbox.trackertables import projects_of

Tables = dict[str, pl.DataFrame]

ANSWERED_AFTER: Final = (9, 20, 34, None, None, None)
"""Days from a shift (its second reading) to the initiative that answers it; None: never."""
FACTORS: Final = (1.5, 0.6)
"""What the level is multiplied by, in turn."""
SHIFTED, SEASONAL, TWO_UNITS = "Days until the parcel arrives", "Visits a day", "Hours to an answer"
"""Names of the metrics, before the unit's."""
ANSWER: Final = "Find out why customers wait"
"""Title of the initiatives that answer, before the unit's name."""
SEASON_DAYS: Final = 91
TWO_UNITS_FACTOR: Final = 60.0
"""Minutes of an hour: what readings by hand are too large by."""

_EVERY: Final = 7
_KNOWN_BEFORE: Final = 120
"""Days before the horizon from which readings exist."""
_NOISE: Final = 0.015
_LEAST_PEOPLE: Final = 8


@dataclass(frozen=True)
class Case:
    """A metric and its goal; `shift` is a day, `answered_after` days from its second reading."""

    name: str
    unit: int
    base: float
    factor: float = 1.0
    shift: int | None = None
    answered_after: int | None = None

    def second_reading(self, first: int) -> int:
        """The day of the second reading from the shift on, where the first ever is on `first`."""
        assert self.shift is not None
        return first + -(-(self.shift - first) // _EVERY) * _EVERY + _EVERY


def plant(plan: Plan, org: Org, left_out: tuple[str, ...], tables: Mapping[str, Any]) -> Tables:
    """The tables with all cases; units of `left_out` have none."""
    rng = plan.rng("shiftcases")
    cases = _cases(plan, _places(rng, plan, org, left_out))
    goals, metrics = tables["goals"], tables["metrics"]
    goal_keys = keys("G", np.arange(len(cases)) + 1 + _last(goals["goal"]), 5)
    metric_keys = keys("M", np.arange(len(cases)) + 1 + _last(metrics["metric"]), 4)
    heads = dict(
        tables["units"].sort("valid_from").group_by("unit").agg(pl.col("head").last()).rows()
    )
    lead = {case.unit: heads[org.keys[case.unit]] or heads[org.keys[ROOT]] for case in cases}
    added: dict[str, list[dict[str, Any]]] = {"observations": []}
    for case, goal, metric in zip(cases, goal_keys, metric_keys, strict=True):
        for name, rows in _goal(plan, org, case, goal, metric, lead[case.unit], goals).items():
            added.setdefault(name, []).extend(rows)
        added["observations"] += _readings(rng, plan, case, metric)
    for name, rows in _answers(plan, org, cases, goal_keys, tables).items():
        added.setdefault(name, []).extend(rows)
    return {**tables, **{name: extended(name, tables[name], rows) for name, rows in added.items()}}


def _places(rng: np.random.Generator, plan: Plan, org: Org, left_out: tuple[str, ...]) -> list[int]:
    """Teams that last and are not the smallest, in random order, as many as there are cases."""
    names, teams = org.keys, org.of_kind("team", plan.start)
    lasting = [u for u in teams if u not in org.closing and names[u] not in left_out] or teams
    lasting = [u for u in lasting if org.sizes[u] >= _LEAST_PEOPLE] or lasting
    order = [int(unit) for unit in rng.permutation(lasting)]
    return [order[n % len(order)] for n in range(len(ANSWERED_AFTER) + 3)]


def _cases(plan: Plan, places: list[int]) -> list[Case]:
    shifts = [
        Case(
            SHIFTED,
            places[n],
            3.0 + n,
            FACTORS[n % len(FACTORS)],
            plan.day(0.45 + 0.06 * n),
            answered_after,
        )
        for n, answered_after in enumerate(ANSWERED_AFTER)
    ]
    seasons = [Case(SEASONAL, place, 4000.0) for place in places[-3:-1]]
    return [*shifts, *seasons, Case(TWO_UNITS, places[-1], 6.0)]


def _goal(
    plan: Plan, org: Org, case: Case, goal: str, metric: str, head: str, goals: pl.DataFrame
) -> dict[str, list[dict[str, Any]]]:
    """Rows of the case's metric, its target and the goal, which serves the company's goals."""
    place, first = org.names[case.unit], date_of(plan.start)
    years = sorted({str(first.year), str(date_of(plan.end).year)})
    tops = [
        goals.filter(pl.col("level") == "company", pl.col("cycle") == year)["goal"][0]
        for year in years
    ]
    (created, measured) = instants(
        [(plan.start - 3) * DAY + 9 * 3600, (plan.start - _KNOWN_BEFORE) * DAY + 6 * 3600]
    ).to_list()
    faces_customers = case.name == SHIFTED
    return {
        "goals": [
            {
                "goal": goal, "title": f"Keep it as our customers expect it: {case.name}, {place}",
                "why": f"Customers of {place} told us that they notice at once when this changes.",
                "level": "unit", "visibility": "public", "unit": org.keys[case.unit],
                "cycle": "case", "starts_on": first, "ends_on": date_of(plan.end + 60),
                "status": "open", "weight": 0.5, "origin": "negotiated", "created_by": head,
                "created_at": created, "checkin_cadence_days": 30,
                "need_key": "N041" if faces_customers else None,
                "need_confirmed_on": date_of(plan.start - 30) if faces_customers else None,
            }
        ],
        "goal_edges": [
            {"child": goal, "parent": top, "edge_type": "contributes", "weight": None}
            for top in tops
        ],
        "goal_owners": [{"goal": goal, "person": head, "unit": None}],
        "metrics": [
            {
                "metric": metric, "name": f"{case.name}, {place}",
                "unit": "visits" if case.name == SEASONAL else case.name.split()[0].lower(),
                "cadence_days": _EVERY, "is_leading": case.unit % 2 == 0,
                "is_customer_facing": faces_customers, "owner": head, "created_at": measured,
            }
        ],
        "goal_metrics": [
            {
                "goal": goal, "metric": metric, "kind": "reach", "baseline": case.base,
                "target": round(case.base * 0.8, 2), "weight": None, "effective_from": first,
            }
        ],
    }  # fmt: skip


def _readings(
    rng: np.random.Generator, plan: Plan, case: Case, metric: str
) -> list[dict[str, Any]]:
    """A reading a week, without a hole, recorded in the morning after."""
    days = np.arange(_first_reading(plan), plan.end, _EVERY)
    values = case.base * rng.normal(1, _NOISE, len(days))
    entry = np.full(len(days), "integration", dtype=object)
    if case.shift is not None:
        values = np.where(days >= case.shift, values * case.factor, values)
    elif case.name == SEASONAL:
        values *= 1 + 0.25 * np.sin(2 * np.pi * (days - plan.start) / SEASON_DAYS)
    else:
        by_hand = np.arange(len(days)) % 5 == 3
        values, entry = np.where(by_hand, values * TWO_UNITS_FACTOR, values), entry.copy()
        entry[by_hand] = "manual"
    recorded = instants((days + 1) * DAY + 5 * 3600).to_list()
    return [
        {"metric": metric, "observed_on": date_of(day), "value": round(float(value), 3),
         "entry": how, "recorded_at": at}
        for day, value, how, at in zip(days, values, entry, recorded, strict=True)
    ]  # fmt: skip


def _first_reading(plan: Plan) -> int:
    return plan.start - _KNOWN_BEFORE + 2


def _answers(
    plan: Plan, org: Org, cases: list[Case], goal_keys: list[str], tables: Mapping[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """Epics of the shifts that are answered, each linked to the goal that has the metric."""
    found: dict[str, list[dict[str, Any]]] = {"items": [], "links": []}
    projects, key = projects_of(org), max(int(item) for item in tables["items"]["item"])
    numbers = tables["items"]["project", "name"].with_columns(
        pl.col("name").str.extract(r"(\d+)$").cast(pl.Int64)
    )
    last = dict(numbers.group_by("project").agg(pl.col("name").max()).rows())
    for case, goal in zip(cases, goal_keys, strict=True):
        if case.answered_after is None:
            continue
        day = case.second_reading(_first_reading(plan)) + case.answered_after
        if day >= plan.end:
            continue
        project, key = projects[case.unit], key + 1
        last[project] = last.get(project, 0) + 1
        account = _account(tables, org.keys[case.unit], day)
        created, linked = instants([day * DAY + 10 * 3600, day * DAY + 12 * 3600]).to_list()
        found["items"].append(
            {
                "item": str(key), "name": f"{project}-{last[project]}", "project": project,
                "parent": None, "is_initiative": True, "type": "Epic",
                "title": f"{ANSWER}, {org.names[case.unit]}", "created_at": created,
                "reporter": account, "first_status": "In Progress", "first_assignee": account,
                "first_goals": None, "started_on": date_of(day), "due_on": date_of(day + 60),
                "points": None, "deleted_at": None,
            }
        )  # fmt: skip
        found["links"].append(
            {"goal": goal, "item": str(key), "linked_at": linked, "unlinked_at": None,
             "stated_in": "goal_system", "by_name": False}
        )  # fmt: skip
    return found


def _account(tables: Mapping[str, Any], unit: str, day: int) -> str:
    """Account of somebody who sits in the unit that day; of anybody where nobody does."""
    on, at = date_of(day), instants([day * DAY])[0]
    seated = tables["seats"].filter(
        pl.col("unit") == unit,
        pl.col("effective_from") <= on,
        (pl.col("effective_to") >= on).fill_null(value=True),
    )["person"]
    opened = tables["accounts"].filter(pl.col("created_at") < at, pl.col("person").is_not_null())
    here = opened.filter(pl.col("person").is_in(seated.implode()), pl.col("is_active"))
    return str((opened if here.is_empty() else here).sort("account")["account"][0])


def _last(named: pl.Series) -> int:
    """The greatest number of keys such as G00042."""
    return max(int(key[1:]) for key in named)
