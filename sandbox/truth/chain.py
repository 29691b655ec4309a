"""alignment_chain: goals with their metrics and initiatives, and what serves no goal (C5 to C8).

Belongs here: rows of the chain at as_of.
Does not belong here: how parts are found (`triad`, `initiatives`, `metrics`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, NamedTuple

import polars as pl

from sandbox.truth.alignment import hr_id
from sandbox.truth.initiatives import whole_days
from sandbox.truth.links import CONFIDENCE
from sandbox.truth.triad import Triad
from sandbox.world import GOALS, TRACKER, end_of

CHAIN = {
    "goal_id": pl.String,
    "metric_id": pl.String,
    "initiative_id": pl.String,
    "org_unit_id": pl.String,
    "link_status": pl.String,
    "link_method": pl.String,
    "link_confidence": pl.Float64,
    "effort_allocated": pl.Float64,
    "as_of": pl.Datetime("us", "UTC"),
}


class Chain(NamedTuple):
    """One row by bare keys."""

    goal: str | None
    metric: str | None
    initiative: str | None
    status: str


def alignment_chain(triad: Triad) -> pl.DataFrame:
    """The mart, without chain_id."""
    initiatives = triad.initiatives
    shown = {i for i in initiatives.keys if not initiatives.is_long_closed(i)}
    chains = [
        *(chain for goal in triad.published() for chain in _of_goal(triad, goal, shown)),
        *_initiatives_alone(triad, shown),
        *_metrics_alone(triad),
    ]
    n_rows = Counter(chain.initiative for chain in chains)
    rows = [_row(triad, chain, n_rows[chain.initiative]) for chain in chains]
    return pl.DataFrame(rows, schema=CHAIN).sort("goal_id", "metric_id", "initiative_id")


def _of_goal(triad: Triad, goal: str, shown: set[str]) -> list[Chain]:
    metrics = triad.metrics.in_force(goal, triad.state.day)
    own = sorted(triad.linked.get(goal, set()) & shown)
    if not (triad.told.metrics and triad.told.initiatives):
        return _of_half_told_goal(triad, goal, metrics, own)
    if metrics and own:
        return [Chain(goal, m, i, "complete") for m in metrics for i in own]
    if own:
        return [Chain(goal, None, i, "goal_without_metric") for i in own]
    has_below = bool(triad.initiatives_below(goal))
    if metrics:
        status = "initiative_below" if has_below else "goal_without_initiative"
        return [Chain(goal, m, None, status) for m in metrics]
    return [Chain(goal, None, None, "goal_without_metric" if has_below else "goal_without_both")]


def _of_half_told_goal(triad: Triad, goal: str, metrics: list[str], own: list[str]) -> list[Chain]:
    """Judged by the part that is known; without any, no row (C8)."""
    if triad.told.metrics:
        measured = [Chain(goal, m, None, "complete") for m in metrics]
        return measured or [Chain(goal, None, None, "goal_without_metric")]
    if triad.told.initiatives:
        started = [Chain(goal, None, i, "complete") for i in own]
        has_below = bool(triad.initiatives_below(goal))
        status = "initiative_below" if has_below else "goal_without_initiative"
        return started or [Chain(goal, None, None, status)]
    return []


def _initiatives_alone(triad: Triad, shown: set[str]) -> list[Chain]:
    published = set(triad.published())
    rows = []
    for initiative in sorted(shown):
        active = set(triad.initiatives.goals[initiative]) & triad.state.active
        if not active & published:
            status = "goal_not_published" if active else "initiative_without_goal"
            rows.append(Chain(None, None, initiative, status))
    return rows


def _metrics_alone(triad: Triad) -> list[Chain]:
    goals_of: dict[str, set[str]] = defaultdict(set)
    for goal in triad.state.active:
        for metric in triad.metrics.in_force(goal, triad.state.day):
            goals_of[metric].add(goal)
    published = set(triad.published())
    rows = []
    for metric in triad.metrics.rows:
        if not goals_of[metric] & published:
            status = "goal_not_published" if goals_of[metric] else "metric_without_goal"
            rows.append(Chain(None, metric, None, status))
    return rows


def _row(triad: Triad, chain: Chain, n_rows: int) -> dict[str, Any]:
    initiatives = triad.initiatives
    method = effort = None
    if chain.initiative is not None:
        method = initiatives.goals[chain.initiative].get(chain.goal or "")
        effort = whole_days(initiatives.effort.get(chain.initiative, {}), triad.minimum)
    return {
        "goal_id": _id(GOALS, chain.goal),
        "metric_id": _id(GOALS, chain.metric),
        "initiative_id": _id(TRACKER, chain.initiative),
        "org_unit_id": hr_id(_unit(triad, chain)),
        "link_status": chain.status,
        "link_method": method,
        "link_confidence": CONFIDENCE[method] if method else None,
        "effort_allocated": None if effort is None else effort / n_rows,
        "as_of": end_of(triad.state.day),
    }


def _unit(triad: Triad, chain: Chain) -> str | None:
    day, org = triad.state.day, triad.goals.org
    if chain.goal is not None:
        return triad.goals.unit(chain.goal, day)
    if chain.initiative is not None:
        return triad.initiatives.unit(chain.initiative)
    owner = triad.metrics.rows[chain.metric or ""]["owner"]
    return org.primary_unit(owner, day) if owner in org.people else None


def _id(source: str, key: str | None) -> str | None:
    return None if key is None else f"{source}:{key}"
