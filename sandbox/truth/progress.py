"""goal_progress: four scores of a goal side by side, and what rules call them (A1, A8 to A11).

Belongs here: the row of a goal on a Sunday, statuses, risks that a mean hides, moved targets.
Does not belong here: how a goal is rolled up (`rollup`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import polars as pl

from sandbox.truth.rollup import LEAST_EXPECTED, Item, Rollup, Rollups, mean, rounded
from sandbox.truth.states import States
from sandbox.truth.work import monday
from sandbox.world import GOALS

_T, _N, _F, _B = pl.String, pl.Int64, pl.Float64, pl.Boolean
PROGRESS: dict[str, Any] = {
    "goal_id": _T,
    "week_start": pl.Date,
    "attainment": _F,
    "attainment_raw": _F,
    "expected": _F,
    "pace": _F,
    "score_mean_equal": _F,
    "score_mean_weighted": _F,
    "score_leaf_equal": _F,
    "score_weakest": _F,
    "rule_spread": _F,
    "score_source": _T,
    "n_leaves": _N,
    "n_leaves_at_risk": _N,
    "n_items_without_data": _N,
    "status_viva": _T,
    "status_cascade": _T,
    "status_engagedly": _T,
    "status_weakest": _T,
    "status_basis": _T,
    "hidden_risk": _B,
    "is_stale": _B,
    "n_target_changes": _N,
    "score_vs_first_target": _F,
    "reason_missing": _T,
}
ON_TRACK, BEHIND, AT_RISK = "on_track", "behind", "at_risk"
VIVA, CASCADE, WORKPATH = (1.0, 0.75), (0.95, 0.85), (0.7, 0.3)
"""At least so much for on_track, for behind (A10)."""
ENGAGEDLY = (0.165, 0.33)
"""Less than so much is missing for on_track, at most so much for behind."""


def goal_progress(
    rollups: Rollups,
    states: States,
    sundays: Iterable[dt.date],
    outlook: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """A published goal on the Sundays on which it is active, sorted by key.

    `outlook`: goal_id, metric_id, week_start, attainment_p50 of goal_outlook; with it the column
    status_workpath is there, too."""
    forecast = _forecasts(outlook)
    rows = [
        _row(rollups, goal, state.day, forecast)
        for state in map(states.on, sundays)
        for goal in state.active & rollups.shown
    ]
    schema = PROGRESS if outlook is None else PROGRESS | {"status_workpath": _T}
    return pl.DataFrame(rows, schema=schema).sort("goal_id", "week_start")


def _forecasts(outlook: pl.DataFrame | None) -> dict[tuple[str, dt.date], float | None]:
    """The mean forecast attainment of a goal's metrics, by goal and week."""
    if outlook is None:
        return {}
    means = outlook.group_by("goal_id", "week_start").agg(pl.col("attainment_p50").mean())
    return {(goal, week): share for goal, week, share in means.iter_rows()}


def _row(
    rollups: Rollups,
    goal: str,
    day: dt.date,
    forecast: dict[tuple[str, dt.date], float | None],
) -> dict[str, Any]:
    rolled = rollups.on(goal, day)
    whole, leaves = rolled.item, rolled.leaves.values()
    key = (f"{GOALS}:{goal}", monday(day))
    at_risk = sum(leaf.item.is_judged and _is_at_risk(leaf.item) for leaf in leaves)
    row = {
        "goal_id": key[0],
        "week_start": key[1],
        "expected": whole.expected,
        "pace": whole.pace,
        **_attainment(rolled),
        **_scores(rolled),
        **_against_targets(rollups, goal, day),
        "n_leaves": len(leaves),
        "n_leaves_at_risk": at_risk,
        "n_items_without_data": sum(not item.has_data for item in rolled.items),
        "is_stale": not any(leaf.is_live for leaf in leaves) if leaves else None,
        "reason_missing": _reason(rolled),
    }
    if row["reason_missing"] is None:
        row |= _statuses(rolled, whole, at_risk > 0)
        row["status_workpath"] = _grade(forecast.get(key), *WORKPATH)
    return row


def _attainment(rolled: Rollup) -> dict[str, float | None]:
    known = [found for found in rolled.own.values() if found.score is not None]
    return {
        "attainment": mean(found.score for found in known),
        "attainment_raw": mean(found.raw for found in known),
    }


def _scores(rolled: Rollup) -> dict[str, Any]:
    whole = rolled.item
    scores = {
        "score_mean_equal": whole.equal,
        "score_mean_weighted": whole.weighted,
        "score_leaf_equal": mean(leaf.item.weighted for leaf in rolled.leaves.values()),
        "score_weakest": whole.weakest,
    }
    known = [score for score in scores.values() if score is not None]
    spread = max(known) - min(known) if known else None
    return {**scores, "rule_spread": spread, "score_source": _source(rolled)}


def _source(rolled: Rollup) -> str | None:
    if rolled.own:
        return "metric"
    if rolled.has_children:
        return "children"
    return "checkin" if rolled.items else None


def _against_targets(rollups: Rollups, goal: str, day: dt.date) -> dict[str, Any]:
    """How often targets moved, and the score that the goal would have had they not (A11)."""
    targets = rollups.targets
    own = targets.in_force(goal, day)
    firsts = [rollups.attained(goal, m, targets.first(goal, m), day).score for m in own]
    return {
        "n_target_changes": sum(targets.n_changes(goal, metric, day) for metric in own),
        "score_vs_first_target": mean(score for score in firsts if score is not None),
    }


def _reason(rolled: Rollup) -> str | None:
    """Why there is no score, or no status yet (A8)."""
    if not rolled.items:
        return "no_metric"
    if not rolled.item.has_data:
        reasons = [found.reason for found in rolled.own.values() if found.reason is not None]
        return min(reasons, default="few_observations")
    expected = rolled.item.expected
    if expected is None:
        return "open_end"
    is_early = rounded(expected) < LEAST_EXPECTED
    return "too_early" if is_early or not rolled.is_any_due else None


def _statuses(rolled: Rollup, whole: Item, has_risk: bool) -> dict[str, Any]:
    known = [item for item in rolled.items if item.has_data]
    missing = rounded(whole.expected - whole.weighted)
    viva = _grade(whole.pace, *VIVA)
    judged = [item.pace for item in known if item.is_judged]
    return {
        "status_viva": viva,
        "status_cascade": _grade(mean(map(_capped_pace, known)), *CASCADE),
        "status_engagedly": ON_TRACK
        if missing < ENGAGEDLY[0]
        else BEHIND
        if missing <= ENGAGEDLY[1]
        else AT_RISK,
        "status_weakest": _grade(min(judged, default=None), *VIVA),
        "status_basis": "all_items" if len(known) == len(rolled.items) else "items_with_data",
        "hidden_risk": viva == ON_TRACK and has_risk,
    }


def _capped_pace(item: Item) -> float:
    return 1.0 if item.pace is None else min(1.0, item.pace)


def _is_at_risk(item: Item) -> bool:
    return _grade(item.pace, *VIVA) == AT_RISK


def _grade(share: float | None, good: float, fair: float) -> str | None:
    if share is None:
        return None
    return ON_TRACK if rounded(share) >= good else BEHIND if rounded(share) >= fair else AT_RISK
