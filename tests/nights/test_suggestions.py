"""How often the likeliest goals of an initiative are those that it has in truth.

Judged on open initiatives whose goals are known; what speaks for a goal (words, units, where the
same people's other effort goes) does not use the initiative's own links.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import duckdb
import pytest

from sandbox.truth.alignment import is_published
from sandbox.truth.cut import observed
from sandbox.truth.goals import GoalGraph, Goals
from sandbox.truth.items import Items
from sandbox.truth.links import Links
from sandbox.truth.org import Organisation
from sandbox.truth.states import States
from sandbox.world import GOALS, TRACKER, World, end_of
from tests.nights.company import Company

SUGGESTED = 3


@dataclass(frozen=True)
class Known:
    """Goals in truth of open initiatives, those that have none, and how many goals could be
    suggested; ids of marts."""

    goals_of: dict[str, set[str]]
    without: set[str]
    n_goals: int


@dataclass(frozen=True)
class Figures:
    """`precision`: of the goals suggested, those that are true; `found`: of the initiatives,
    those with a true goal among the three."""

    n_initiatives: int
    precision: float
    found: float


def known(world: World) -> Known:
    """Open initiatives and their active goals, at the world's end; those whose only goals may not
    be published are neither known nor without."""
    as_of = end_of(world.end)
    seen = observed(world, as_of)
    goals = Goals(seen, Organisation(seen))
    items = Items(seen, as_of)
    links = Links(seen, goals, items)
    active = States(seen, goals, GoalGraph(seen, goals)).on(world.end).active
    shown = {goal for goal in active if is_published(goals, goal, world.end)}
    served = {
        f"{TRACKER}:{item}": links.goals_at(item, world.end, world.end).keys() & active
        for item, row in items.rows.items()
        if row["is_initiative"] and not items.is_finished(item)
    }
    return Known(
        {item: {f"{GOALS}:{g}" for g in of & shown} for item, of in served.items() if of & shown},
        {item for item, of in served.items() if not of},
        len(shown),
    )


def suggested(company: Company) -> dict[str, list[str]]:
    """The three likeliest goals of every initiative, ties the lesser id."""
    with duckdb.connect(company.folder / "data" / "warehouse.duckdb", read_only=True) as connection:
        rows = connection.execute(
            "select initiative_id, goal_id from core.link_candidate "
            "order by initiative_id, round(score, 9) desc, goal_id"
        ).fetchall()
    found: dict[str, list[str]] = {}
    for initiative, goal in rows:
        found.setdefault(initiative, []).append(goal)
    return {initiative: goals[:SUGGESTED] for initiative, goals in found.items()}


def figures(truth: Known, suggestions: dict[str, list[str]]) -> Figures:
    """What the suggestions come to over all initiatives whose goals are known."""
    hits = [
        (len(served.intersection(named)), len(named))
        for initiative, served in truth.goals_of.items()
        for named in [suggestions.get(initiative, [])]
    ]
    n_named = sum(n for _, n in hits)
    return Figures(
        len(hits),
        sum(n for n, _ in hits) / n_named if n_named else 0.0,
        sum(n > 0 for n, _ in hits) / len(hits),
    )


def by_chance(truth: Known) -> Figures:
    """What three goals drawn at random come to, on average."""
    none_of_three = [
        math.comb(truth.n_goals - len(served), SUGGESTED) / math.comb(truth.n_goals, SUGGESTED)
        for served in truth.goals_of.values()
    ]
    n = len(truth.goals_of)
    precision = sum(map(len, truth.goals_of.values())) / (n * truth.n_goals)
    return Figures(n, precision, 1 - sum(none_of_three) / n)


def test_a_true_goal_is_among_the_three_likeliest_far_more_often_than_by_chance(
    default_company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = known(default_company.world())
    suggestions = suggested(default_company)
    ours, chance = figures(truth, suggestions), by_chance(truth)
    most = sum(min(SUGGESTED, len(served)) for served in truth.goals_of.values())
    best = most / (SUGGESTED * ours.n_initiatives)
    with capsys.disabled():
        print(  # noqa: T201 (the figure is asked for)
            f"\nlink_suggestions, {ours.n_initiatives} open initiatives with known goals, "
            f"{truth.n_goals} goals: precision@3 {ours.precision:.3f} (at most {best:.3f}; "
            f"by chance {chance.precision:.3f}), a true goal among three {ours.found:.3f} "
            f"(by chance {chance.found:.3f})"
        )
    assert ours.n_initiatives > 50
    assert truth.goals_of.keys() - suggestions.keys() == set()
    assert ours.precision > 5 * chance.precision
    assert ours.found > 5 * chance.found


def test_every_open_initiative_without_a_goal_gets_its_likeliest_three_and_no_other_does(
    default_company: Company,
) -> None:
    likeliest = suggested(default_company)
    with default_company.marts() as connection:
        rows = connection.execute(
            "select initiative_id, rank, goal_id from marts.link_suggestions order by 1, 2"
        ).fetchall()
    expected = [
        (initiative, rank, goal)
        for initiative in sorted(known(default_company.world()).without)
        for rank, goal in enumerate(likeliest[initiative], start=1)
    ]
    assert rows == expected
    assert len(rows) >= 5 * SUGGESTED


def test_the_figures_of_suggestions_are_counted_right() -> None:
    truth = Known({"a": {"1"}, "b": {"1", "2"}, "c": {"9"}}, {"d"}, n_goals=10)
    ours = figures(truth, {"a": ["1", "3", "4"], "b": ["2", "1"], "d": ["9"]})
    assert ours == Figures(3, 3 / 5, 2 / 3)
    chance = by_chance(Known({"a": {"1"}}, set(), n_goals=10))
    assert (chance.precision, chance.found) == (0.1, pytest.approx(0.3))
